/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Constants in formulas (X11): "机"&"密", CHAR(187)&CHAR(250), the choices of a list.
 *
 * Specification: [MS-XLS] 2.2.2 (formulas), 2.5.198 (tokens and their lengths); [MS-XLSB] 2.2.2,
 * 2.5.97; the documentation of OpenOffice.org, 3 (formulas), for BIFF2 to BIFF7.
 *
 * Model. The tokens stand in reverse Polish order, so constants come in the order in which they are
 * joined; only strings, and numbers that CHAR makes a letter of, count. A token of unknown length
 * ends the walk: what follows is lost here, but the cached result of the formula stands beside it.
 *
 * Not done. Constant arrays behind the tokens; REPT, MID and other functions over constants. */
#include "base/cur.h"
#include "base/num.h"
#include "formats/sheet/sheet.h"

enum {
    PTG_EXP = 0x01,
    PTG_TBL = 0x02,
    PTG_PAREN = 0x15,
    PTG_MISSING = 0x16,
    PTG_STR = 0x17,
    PTG_ATTR = 0x19,
    PTG_ERR = 0x1C,
    PTG_BOOL = 0x1D,
    PTG_INT = 0x1E,
    PTG_NUM = 0x1F,
    PTG_FUNC = 0x21,
    PTG_CLASSES = 0x20,
    ATTR_CHOOSE = 0x04,
    FUNC_CHAR = 111,
    UNKNOWN = 0xFF,
};

/* Bytes behind a token with a class (reference, value, array), by BIFF2, BIFF3 and 4, BIFF5, BIFF8,
 * BIFF12; from 0x20 on. */
static const uint8_t class_lens[32][5] = {
    {6,       7,       7,       7,       14     }, /* array */
    {1,       2,       2,       2,       2      }, /* function */
    {2,       3,       3,       3,       3      }, /* with a count of arguments */
    {7,       10,      14,      4,       4      }, /* name */
    {3,       3,       3,       4,       6      }, /* reference */
    {6,       6,       6,       8,       12     }, /* area */
    {4,       6,       6,       6,       6      }, /* memory areas */
    {4,       6,       6,       6,       6      },
    {4,       6,       6,       6,       6      },
    {1,       2,       2,       2,       2      },
    {3,       3,       3,       4,       6      }, /* deleted references */
    {6,       6,       6,       8,       12     },
    {3,       3,       3,       4,       6      }, /* relative ones */
    {6,       6,       6,       8,       12     },
    {1,       2,       2,       2,       2      },
    {1,       2,       2,       2,       2      },
    {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN},
    {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN},
    {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN},
    {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN},
    {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN},
    {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN},
    {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN},
    {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN},
    {1,       2,       2,       UNKNOWN, UNKNOWN}, /* command */
    {UNKNOWN, UNKNOWN, 24,      6,       6      }, /* name of another workbook */
    {UNKNOWN, UNKNOWN, 17,      6,       8      }, /* references to other sheets */
    {UNKNOWN, UNKNOWN, 20,      10,      14     },
    {UNKNOWN, UNKNOWN, 17,      6,       8      },
    {UNKNOWN, UNKNOWN, 20,      10,      14     },
    {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN},
    {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN},
};

static uint32_t column_of(uint32_t version)
{
    return version == 2 ? 0 : version <= 4 ? 1 : version == 5 ? 2 : version == 8 ? 3 : 4;
}

/* Decodes the bytes that CHAR has made so far. */
static void flush_bytes(lj_buf *bytes, lj_buf *out)
{
    if (bytes->len > 0) {
        (void)text_to_utf8(TEXT_GB18030, lj_buf_slice(bytes), false, out, NULL);
        lj_buf_clear(bytes);
    }
}

static void put_string(const sheet_dialect *dialect, lj_cur *cur, lj_buf *out)
{
    bool is_12 = dialect->version == SHEET_BIFF12;
    bool is_8 = dialect->version == 8;
    uint32_t count = is_12 ? lj_cur_u16le(cur) : lj_cur_u8(cur);
    bool is_wide = is_12 || (is_8 && (lj_cur_u8(cur) & 1) != 0);
    size_t len = lj_min_size((size_t)count * (is_wide ? 2 : 1), lj_cur_left(cur));
    lj_slice part = lj_cur_bytes(cur, len);
    text_charset charset = is_wide ? TEXT_UTF16LE : is_8 ? TEXT_LATIN1 : dialect->charset;
    (void)text_to_utf8(charset, part, false, out, NULL);
}

/* A token without a class; false when the walk ends. */
static bool skip_plain(const sheet_dialect *dialect, lj_cur *cur, uint8_t token)
{
    bool is_2 = dialect->version == 2;
    if (token >= 0x03 && token <= PTG_MISSING) {
        return true;
    }
    switch (token) {
    case PTG_EXP:
    case PTG_TBL:
        lj_cur_skip(cur, is_2 ? 3 : 4);
        return true;
    case PTG_ATTR: {
        uint8_t flags = lj_cur_u8(cur);
        uint32_t data = is_2 ? lj_cur_u8(cur) : lj_cur_u16le(cur);
        if ((flags & ATTR_CHOOSE) != 0) {
            lj_cur_skip(cur, ((size_t)data + 1) * (is_2 ? 1 : 2));
        }
        return true;
    }
    case PTG_ERR:
    case PTG_BOOL:
        lj_cur_skip(cur, 1);
        return true;
    case PTG_NUM:
        lj_cur_skip(cur, 8);
        return true;
    default:
        return false;
    }
}

void sheet_fold_tokens(const sheet_dialect *dialect, lj_slice tokens, lj_buf *out)
{
    uint8_t room[256];
    lj_buf bytes = {.ptr = room, .cap = sizeof(room), .max_len = sizeof(room)};
    lj_cur cur = lj_cur_of(tokens);
    uint32_t column = column_of(dialect->version);
    uint32_t number = 0; /* the constant just before */
    bool going = true;
    while (going && lj_cur_left(&cur) > 0) {
        uint8_t token = lj_cur_u8(&cur);
        uint32_t before = number;
        number = 0;
        if (token == PTG_STR) {
            flush_bytes(&bytes, out);
            put_string(dialect, &cur, out);
        } else if (token == PTG_INT) {
            number = lj_cur_u16le(&cur);
        } else if (token < PTG_CLASSES) {
            going = skip_plain(dialect, &cur, token);
        } else if ((token & 0x80) != 0) {
            going = false;
        } else {
            uint8_t kind = token & 0x1F;
            uint32_t len = class_lens[kind][column];
            bool is_char = kind == (PTG_FUNC & 0x1F) && len >= 1;
            lj_slice part = lj_cur_bytes(&cur, len == UNKNOWN ? 0 : len);
            going = len != UNKNOWN && lj_cur_ok(&cur);
            if (going && is_char && part.ptr[0] == FUNC_CHAR && (len == 1 || part.ptr[1] == 0) &&
                before > 0 && bytes.len + 2 <= sizeof(room)) {
                if (before > 0xFF) { /* Chinese editions take both bytes at once */
                    lj_buf_put_u8(&bytes, (uint8_t)(before >> 8));
                }
                lj_buf_put_u8(&bytes, (uint8_t)before);
            }
        }
    }
    flush_bytes(&bytes, out);
}
