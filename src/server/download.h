/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Files that go out: always to be saved, never to be shown. */
#ifndef LJ_SERVER_DOWNLOAD_H
#define LJ_SERVER_DOWNLOAD_H

#include "server/server.h"

/* Content-Disposition: attachment with the name in ASCII and in full (RFC 8187); folders, controls
 * and leading dots of the name do not get through. */
void download_name(route_call *call, lj_str name);

/* Bytes on the heap that are sent and then given back. */
typedef struct download {
    lj_buf bytes;
} download;
/* In the request's arena; NULL when it is full. max_len: bytes. */
download *download_new(route_call *call, size_t max_len);
/* Gives it back when it is not sent. Accepts NULL. */
void download_free(download *file);
/* Answers 200 with the bytes, which are the response's from now on. type is a literal. */
void download_send(route_call *call, download *file, const char *type, lj_str name);

#endif
