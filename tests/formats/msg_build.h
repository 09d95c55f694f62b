/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A small writer of Outlook messages ([MS-OXMSG]) for tests, on top of ole2_build.h: properties of
 * a storage, each a stream. Usage: msg_build_init, properties, recipients, attachments,
 * msg_build_end. */
#ifndef LJ_TESTS_FORMATS_MSG_BUILD_H
#define LJ_TESTS_FORMATS_MSG_BUILD_H

#include <stdio.h>

#include "ole2_build.h"

typedef struct msg_build {
    ole2_build file;
    lj_buf room;
} msg_build;

static inline void msg_build_bytes(msg_build *msg, uint32_t storage, uint16_t id, uint16_t type,
                                   lj_slice bytes)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "__substg1.0_%04X%04X", id, type);
    (void)ole2_build_stream(&msg->file, storage, name, bytes);
}

/* UTF-16 from UTF-8; letters of the basic plane only. */
static inline lj_slice msg_build_wide(msg_build *msg, const char *text)
{
    lj_buf_clear(&msg->room);
    for (const uint8_t *at = (const uint8_t *)text; *at != 0;) {
        uint32_t point = *at++;
        int more = point >= 0xE0 ? 2 : point >= 0xC0 ? 1 : 0;
        point &= more == 2 ? 0x0F : more == 1 ? 0x1F : 0x7F;
        for (; more > 0; more--) {
            point = point << 6 | (*at++ & 0x3F);
        }
        lj_buf_put_u16le(&msg->room, (uint16_t)point);
    }
    return lj_buf_slice(&msg->room);
}

static inline void msg_build_text(msg_build *msg, uint32_t storage, uint16_t id, const char *text)
{
    msg_build_bytes(msg, storage, id, 0x001F, msg_build_wide(msg, text));
}

/* The property stream: a head of that length, and one number. */
static inline void msg_build_fixed(msg_build *msg, uint32_t storage, size_t head, uint16_t id,
                                   uint32_t value)
{
    lj_buf_clear(&msg->room);
    for (size_t i = 0; i < head; i++) {
        lj_buf_put_u8(&msg->room, 0);
    }
    lj_buf_put_u32le(&msg->room, (uint32_t)id << 16 | 3);
    lj_buf_put_u32le(&msg->room, 6);
    lj_buf_put_u32le(&msg->room, value);
    lj_buf_put_u32le(&msg->room, 0);
    (void)ole2_build_stream(&msg->file, storage, "__properties_version1.0",
                            lj_buf_slice(&msg->room));
}

static inline void msg_build_init(msg_build *msg)
{
    ole2_build_init(&msg->file, 9);
    lj_buf_init(&msg->room, NULL, (size_t)16 << 20);
}

static inline void msg_build_done(msg_build *msg)
{
    ole2_build_done(&msg->file);
    lj_buf_done(&msg->room);
}

/* One named property: 8000h has that name. */
static inline void msg_build_name(msg_build *msg, const char *name)
{
    lj_buf strings;
    lj_buf_init(&strings, NULL, 4096);
    uint32_t storage = ole2_build_storage(&msg->file, OLE2_BUILD_ROOT, "__nameid_version1.0");
    lj_slice wide = msg_build_wide(msg, name);
    lj_buf_put_u32le(&strings, (uint32_t)wide.len);
    lj_buf_put(&strings, wide);
    msg_build_bytes(msg, storage, 2, 0x0102, LJ_BYTES(""));
    msg_build_bytes(msg, storage, 3, 0x0102, LJ_BYTES("\0\0\0\0\5\0\0\0"));
    msg_build_bytes(msg, storage, 4, 0x0102, lj_buf_slice(&strings));
    lj_buf_done(&strings);
}

/* Compressed RTF of the kind that is not compressed. */
static inline void msg_build_rtf(msg_build *msg, uint32_t storage, const char *rtf)
{
    uint32_t len = (uint32_t)strlen(rtf);
    lj_buf_clear(&msg->room);
    lj_buf_put_u32le(&msg->room, len + 12);
    lj_buf_put_u32le(&msg->room, len);
    lj_buf_put_cstr(&msg->room, "MELA");
    lj_buf_put_u32le(&msg->room, 0);
    lj_buf_put_cstr(&msg->room, rtf);
    msg_build_bytes(msg, storage, 0x1009, 0x0102, lj_buf_slice(&msg->room));
}

static inline lj_slice msg_build_end(msg_build *msg)
{
    return ole2_build_end(&msg->file);
}

#endif
