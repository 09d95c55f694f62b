/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One stream of records: which record goes to which taker, where sheets begin and end, what nobody
 * takes.
 *
 * Specification: [MS-XLS] 2.1.4 (record sequences), 2.3 (record numbers), 2.4.21 (BOF), 2.4.103
 * (EOF); the documentation of OpenOffice.org, 5.1 for the numbers of BIFF2 to BIFF5.
 *
 * Model. The stream is read once, from its first byte to its last, in the order in which it stands:
 * substreams that the workbook does not list are read too (hidden-marks 2, rule 1). Every record
 * number is known to hold text, known to hold none, or unknown; what is unknown, and what a taker
 * leaves of its record, is swept when the stream is done.
 *
 * Traps. A record that claims to be longer than it is would swallow the next sheet: no record may
 * reach over a place where the workbook says that a sheet begins and a BOF stands. Records behind
 * the last EOF are leftovers. A chart inside a sheet is a substream inside a substream.
 *
 * Limits. 8 substreams inside each other; deeper ones are read as if they were the eighth. */
#include "base/num.h"
#include "formats/xls/xls.h"

enum {
    BOF_2 = 0x0009,
    BOF_3 = 0x0209,
    BOF_4 = 0x0409,
    BOF_8 = 0x0809,
    END_OF = 0x000A,
    FILEPASS = 0x002F,
    REST_MIN = 6, /* bytes that a taker leaves below which nothing can be meant */
    PIECES_MAX = 65536,
};

/* ---- what records are ---- */

typedef struct record_row {
    uint16_t id;
    uint8_t from, to; /* versions */
    xls_taker take;   /* NULL: holds no text */
} record_row;

static const record_row record_rows[] = {
    {0x0000, 2, 8, NULL                   },
    {0x0001, 2, 8, NULL                   },
    {0x0002, 2, 2, xls_take_integer       },
    {0x0003, 2, 2, xls_take_number        },
    {0x0004, 2, 2, xls_take_label         },
    {0x0005, 2, 8, NULL                   },
    {0x0006, 2, 8, xls_take_formula       },
    {0x0007, 2, 2, xls_take_string        },
    {0x0008, 2, 2, xls_take_row           },
    {0x000B, 2, 8, NULL                   },
    {0x000C, 2, 8, NULL                   },
    {0x000D, 2, 8, NULL                   },
    {0x000E, 2, 8, NULL                   },
    {0x000F, 2, 8, NULL                   },
    {0x0010, 2, 8, NULL                   },
    {0x0011, 2, 8, NULL                   },
    {0x0012, 2, 8, NULL                   },
    {0x0013, 2, 8, NULL                   },
    {0x0014, 2, 8, xls_take_header        },
    {0x0015, 2, 8, xls_take_header        },
    {0x0016, 2, 8, NULL                   },
    {0x0017, 2, 8, xls_take_extern_sheet  },
    {0x0018, 2, 8, xls_take_name          },
    {0x0019, 2, 8, NULL                   },
    {0x001A, 2, 8, NULL                   },
    {0x001B, 2, 8, NULL                   },
    {0x001C, 2, 8, xls_take_note          },
    {0x001D, 2, 8, NULL                   },
    {0x001E, 2, 3, xls_take_format        },
    {0x001F, 2, 4, NULL                   },
    {0x0020, 2, 4, NULL                   },
    {0x0021, 2, 2, xls_take_shared_formula},
    {0x0022, 2, 8, NULL                   },
    {0x0023, 2, 8, xls_take_extern_name   },
    {0x0024, 2, 2, xls_take_colwidth      },
    {0x0025, 2, 8, NULL                   },
    {0x0026, 2, 8, NULL                   },
    {0x0027, 2, 8, NULL                   },
    {0x0028, 2, 8, NULL                   },
    {0x0029, 2, 8, NULL                   },
    {0x002A, 2, 8, NULL                   },
    {0x002B, 2, 8, NULL                   },
    {0x0031, 2, 8, xls_take_font          },
    {0x0032, 2, 2, NULL                   },
    {0x0033, 3, 8, NULL                   },
    {0x0036, 2, 8, NULL                   },
    {0x0037, 2, 8, NULL                   },
    {0x003D, 2, 8, NULL                   },
    {0x003E, 2, 8, NULL                   },
    {0x0040, 2, 8, NULL                   },
    {0x0041, 2, 8, NULL                   },
    {0x0042, 2, 8, xls_take_codepage      },
    {0x0043, 2, 4, xls_take_xf            },
    {0x0044, 2, 2, NULL                   },
    {0x0045, 2, 2, NULL                   },
    {0x004D, 2, 8, xls_take_printer       },
    {0x0050, 3, 8, NULL                   },
    {0x0051, 3, 8, xls_take_dconref       },
    {0x0052, 3, 8, xls_take_dconname      },
    {0x0055, 2, 8, NULL                   },
    {0x0059, 3, 8, NULL                   },
    {0x005A, 3, 8, xls_take_crn           },
    {0x005B, 3, 8, xls_take_filesharing   },
    {0x005C, 3, 8, xls_take_writeaccess   },
    {0x005D, 3, 8, xls_take_obj           },
    {0x005E, 3, 8, NULL                   },
    {0x005F, 3, 8, NULL                   },
    {0x0060, 5, 8, NULL                   },
    {0x0063, 5, 8, NULL                   },
    {0x0064, 5, 8, NULL                   },
    {0x007D, 3, 8, xls_take_colinfo       },
    {0x0080, 3, 8, NULL                   },
    {0x0081, 3, 8, NULL                   },
    {0x0082, 3, 8, NULL                   },
    {0x0083, 3, 8, NULL                   },
    {0x0084, 3, 8, NULL                   },
    {0x0085, 4, 8, xls_take_boundsheet    },
    {0x0086, 3, 8, NULL                   },
    {0x0087, 3, 8, NULL                   },
    {0x0088, 3, 8, NULL                   },
    {0x0089, 3, 8, NULL                   },
    {0x008C, 3, 8, NULL                   },
    {0x008D, 3, 8, NULL                   },
    {0x008E, 4, 4, NULL                   },
    {0x008F, 4, 4, xls_take_sheethdr      },
    {0x0092, 3, 8, xls_take_palette       },
    {0x0099, 4, 8, NULL                   },
    {0x009B, 5, 8, NULL                   },
    {0x009C, 5, 8, NULL                   },
    {0x009D, 5, 8, NULL                   },
    {0x00A0, 4, 8, NULL                   },
    {0x00A1, 4, 8, NULL                   },
    {0x00A9, 5, 8, NULL                   },
    {0x00AB, 5, 8, NULL                   },
    {0x00AE, 5, 8, NULL                   },
    {0x00AF, 5, 8, xls_take_scenario      },
    {0x00B1, 5, 8, xls_take_pivot_name    },
    {0x00B2, 5, 8, xls_take_pivot_name    },
    {0x00B4, 5, 8, NULL                   },
    {0x00B5, 5, 8, NULL                   },
    {0x00BC, 5, 8, xls_take_shared_formula},
    {0x00BD, 5, 8, xls_take_mulrk         },
    {0x00BE, 5, 8, NULL                   },
    {0x00C1, 5, 8, NULL                   },
    {0x00C5, 5, 8, xls_take_pivot_name    },
    {0x00C7, 5, 8, xls_take_cache_field   },
    {0x00C8, 5, 8, NULL                   },
    {0x00C9, 5, 8, NULL                   },
    {0x00CA, 5, 8, NULL                   },
    {0x00CB, 5, 8, NULL                   },
    {0x00CC, 5, 8, NULL                   },
    {0x00CD, 5, 8, xls_take_cache_string  },
    {0x00CE, 5, 8, NULL                   },
    {0x00CF, 5, 8, NULL                   },
    {0x00D3, 5, 8, xls_take_obproj        },
    {0x00D6, 5, 8, xls_take_label         },
    {0x00D7, 5, 8, NULL                   },
    {0x00DA, 5, 8, NULL                   },
    {0x00DD, 5, 8, NULL                   },
    {0x00DE, 5, 8, NULL                   },
    {0x00E0, 5, 8, xls_take_xf            },
    {0x00E1, 5, 8, NULL                   },
    {0x00E2, 5, 8, NULL                   },
    {0x00E5, 5, 8, NULL                   },
    {0x00EB, 8, 8, xls_take_drawing_group },
    {0x00EC, 8, 8, xls_take_drawing       },
    {0x00ED, 8, 8, xls_take_drawing       },
    {0x00EF, 5, 8, NULL                   },
    {0x00F0, 8, 8, NULL                   },
    {0x00F1, 8, 8, NULL                   },
    {0x00FC, 8, 8, xls_take_sst           },
    {0x00FD, 8, 8, xls_take_labelsst      },
    {0x00FF, 8, 8, NULL                   },
    {0x0100, 8, 8, NULL                   },
    {0x0122, 8, 8, NULL                   },
    {0x013D, 8, 8, NULL                   },
    {0x0160, 8, 8, NULL                   },
    {0x0161, 8, 8, NULL                   },
    {0x01AA, 8, 8, NULL                   },
    {0x01AB, 8, 8, NULL                   },
    {0x01AE, 8, 8, xls_take_supbook       },
    {0x01AF, 8, 8, NULL                   },
    {0x01B0, 8, 8, NULL                   },
    {0x01B1, 8, 8, xls_take_cf            },
    {0x01B2, 8, 8, NULL                   },
    {0x01B6, 8, 8, xls_take_txo           },
    {0x01B7, 8, 8, NULL                   },
    {0x01B8, 8, 8, xls_take_hlink         },
    {0x01BA, 8, 8, xls_take_codename      },
    {0x01BC, 8, 8, NULL                   },
    {0x01BD, 8, 8, NULL                   },
    {0x01BE, 8, 8, xls_take_dv            },
    {0x01C0, 8, 8, NULL                   },
    {0x01C1, 8, 8, NULL                   },
    {0x0200, 3, 8, NULL                   },
    {0x0201, 3, 8, NULL                   },
    {0x0203, 3, 8, xls_take_number        },
    {0x0204, 3, 8, xls_take_label         },
    {0x0205, 3, 8, NULL                   },
    {0x0206, 3, 3, xls_take_formula       },
    {0x0207, 3, 8, xls_take_string        },
    {0x0208, 3, 8, xls_take_row           },
    {0x020B, 3, 8, NULL                   },
    {0x0218, 3, 8, xls_take_name          },
    {0x0221, 3, 8, xls_take_shared_formula},
    {0x0223, 3, 8, xls_take_extern_name   },
    {0x0225, 3, 8, xls_take_default_row   },
    {0x0231, 3, 4, xls_take_font          },
    {0x0236, 3, 8, NULL                   },
    {0x023E, 3, 8, NULL                   },
    {0x0243, 3, 3, xls_take_xf            },
    {0x027E, 3, 8, xls_take_rk            },
    {0x0293, 3, 8, xls_take_style         },
    {0x0406, 4, 4, xls_take_formula       },
    {0x041E, 4, 8, xls_take_format        },
    {0x0443, 4, 4, xls_take_xf            },
    {0x04BC, 5, 8, xls_take_shared_formula},
    {0x0800, 8, 8, xls_take_tooltip       },
    {0x0810, 8, 8, NULL                   },
    {0x0850, 8, 8, NULL                   },
    {0x0851, 8, 8, NULL                   },
    {0x0852, 8, 8, NULL                   },
    {0x0853, 8, 8, NULL                   },
    {0x0854, 8, 8, NULL                   },
    {0x0855, 8, 8, NULL                   },
    {0x0862, 8, 8, NULL                   },
    {0x0863, 8, 8, NULL                   },
    {0x0867, 8, 8, NULL                   },
    {0x086C, 8, 8, NULL                   },
    {0x087C, 8, 8, NULL                   },
    {0x087D, 8, 8, NULL                   },
    {0x088B, 8, 8, NULL                   },
    {0x088C, 8, 8, NULL                   },
    {0x089A, 8, 8, NULL                   },
    {0x089B, 8, 8, NULL                   },
    {0x089C, 8, 8, xls_take_header_more   },
    {0x089D, 8, 8, NULL                   },
    {0x08A3, 8, 8, NULL                   },
    {0x08A7, 8, 8, NULL                   },
    {0x1001, 5, 8, NULL                   },
    {0x1002, 5, 8, NULL                   },
    {0x1003, 5, 8, NULL                   },
    {0x1006, 5, 8, NULL                   },
    {0x1007, 5, 8, NULL                   },
    {0x1009, 5, 8, NULL                   },
    {0x100A, 5, 8, NULL                   },
    {0x100B, 5, 8, NULL                   },
    {0x100C, 5, 8, NULL                   },
    {0x100D, 5, 8, xls_take_series_text   },
    {0x1014, 5, 8, NULL                   },
    {0x1015, 5, 8, NULL                   },
    {0x1017, 5, 8, NULL                   },
    {0x1018, 5, 8, NULL                   },
    {0x1019, 5, 8, NULL                   },
    {0x101A, 5, 8, NULL                   },
    {0x101B, 5, 8, NULL                   },
    {0x101C, 5, 8, NULL                   },
    {0x101D, 5, 8, NULL                   },
    {0x101E, 5, 8, NULL                   },
    {0x101F, 5, 8, NULL                   },
    {0x1020, 5, 8, NULL                   },
    {0x1021, 5, 8, NULL                   },
    {0x1022, 5, 8, NULL                   },
    {0x1024, 5, 8, NULL                   },
    {0x1025, 5, 8, NULL                   },
    {0x1026, 5, 8, NULL                   },
    {0x1027, 5, 8, NULL                   },
    {0x1032, 5, 8, NULL                   },
    {0x1033, 5, 8, NULL                   },
    {0x1034, 5, 8, NULL                   },
    {0x1035, 5, 8, NULL                   },
    {0x103A, 5, 8, NULL                   },
    {0x103C, 5, 8, NULL                   },
    {0x103D, 5, 8, NULL                   },
    {0x103E, 5, 8, NULL                   },
    {0x103F, 5, 8, NULL                   },
    {0x1040, 5, 8, NULL                   },
    {0x1041, 5, 8, NULL                   },
    {0x1043, 5, 8, NULL                   },
    {0x1044, 5, 8, NULL                   },
    {0x1045, 5, 8, NULL                   },
    {0x1046, 5, 8, NULL                   },
    {0x1048, 5, 8, NULL                   },
    {0x104A, 5, 8, NULL                   },
    {0x104B, 5, 8, NULL                   },
    {0x104E, 5, 8, NULL                   },
    {0x104F, 5, 8, NULL                   },
    {0x1050, 5, 8, NULL                   },
    {0x1051, 5, 8, NULL                   },
    {0x105B, 5, 8, NULL                   },
    {0x105C, 5, 8, NULL                   },
    {0x105D, 5, 8, NULL                   },
    {0x105F, 5, 8, NULL                   },
    {0x1060, 5, 8, NULL                   },
    {0x1061, 5, 8, NULL                   },
    {0x1062, 5, 8, NULL                   },
    {0x1063, 5, 8, NULL                   },
    {0x1064, 5, 8, NULL                   },
    {0x1065, 5, 8, NULL                   },
    {0x1066, 5, 8, NULL                   },
};

/* The row of a record of this version, or NULL: unknown. */
static const record_row *row_of(uint16_t id, uint8_t version)
{
    size_t from = 0;
    size_t to = LJ_COUNT_OF(record_rows);
    while (from < to) {
        size_t mid = (from + to) / 2;
        if (record_rows[mid].id < id) {
            from = mid + 1;
        } else {
            to = mid;
        }
    }
    for (; from < LJ_COUNT_OF(record_rows) && record_rows[from].id == id; from++) {
        const record_row *row = &record_rows[from];
        if (version >= row->from && version <= row->to) {
            return row;
        }
    }
    return NULL;
}

/* ---- telling ---- */

span xls_span(const xls *x, span_role role, uint64_t hidden_by)
{
    span what = span_of(role, (lj_str){NULL, 0});
    what.story_id = x->story_id;
    what.place.part_id = x->part_id;
    what.hidden_by = hidden_by | x->hidden_by;
    if (x->depth > 0) {
        what.place.sheet_no = x->subs[x->depth - 1].sheet_no;
        what.hidden_by |= x->subs[x->depth - 1].hidden_by;
    }
    return what;
}

lj_code xls_emit(xls *x, span_role role, const char *label, uint64_t hidden_by)
{
    span what = xls_span(x, role, hidden_by);
    what.label = label != NULL ? lj_cstr_str(label) : (lj_str){NULL, 0};
    what.text = lj_buf_str(&x->text);
    return look_is_blank(what.text) ? LJ_OK : format_emit(x->run, &what);
}

lj_code xls_emit_unseen(xls *x, span_role role, const char *label)
{
    return xls_emit(x, role, label, SPAN_HIDE(SPAN_HIDDEN_NOT_PRINTED));
}

lj_code xls_slack(xls *x, uint64_t off, uint64_t len)
{
    if (len < REST_MIN) {
        return LJ_OK;
    }
    lj_code code = x->slack.count + 2 > PIECES_MAX ? xls_sweep_slack(x) : LJ_OK;
    format_piece *piece = sheet_rows_add(&x->slack, x->arena, sizeof(*piece));
    if (piece != NULL) {
        *piece = (format_piece){.src = x->b.src, .off = off, .len = len};
    }
    piece = sheet_rows_add(&x->slack, x->arena, sizeof(*piece)); /* between two: zeroes */
    if (piece != NULL) {
        *piece = (format_piece){.src = NULL, .off = 0, .len = REST_MIN};
    }
    return code;
}

lj_code xls_sweep_slack(xls *x)
{
    uint32_t count = x->slack.count;
    x->slack.count = 0;
    format_src *src = count > 0 ? format_gather(x->run, x->slack.ptr, count) : NULL;
    if (src == NULL) {
        return count > 0 ? LJ_E_LIMIT : LJ_OK;
    }
    lj_code code =
        format_sweep_part(x->run, src, x->part_id, x->hidden_by | SPAN_HIDE(SPAN_HIDDEN_SLACK));
    biff_forget(&x->b);
    return code;
}

/* ---- substreams ---- */

/* BOF of BIFF8 and BIFF5 says which it is; those before are told by the record number. */
static uint8_t version_of(uint16_t id, uint16_t stated)
{
    switch (id) {
    case BOF_2:
        return 2;
    case BOF_3:
        return 3;
    case BOF_4:
        return 4;
    default:
        return stated == 0x0600 ? 8 : stated >= 0x0400 ? 5 : stated >= 0x0300 ? 3 : 8;
    }
}

static void forget_sheet(xls *x)
{
    x->hidden_cols.count = 0;
    if (x->has_hidden_rows) {
        memset(x->hidden_rows, 0, sizeof(x->hidden_rows));
        memset(x->listed_rows, 0, sizeof(x->listed_rows));
        x->has_hidden_rows = x->hides_other_rows = false;
    }
    x->awaits_string = x->shape_hidden = false;
    x->obj_kind = 0;
}

static lj_code take_bof(xls *x)
{
    lj_cur *cur = &x->b.cur;
    uint16_t stated = lj_cur_u16le(cur);
    uint16_t kind = lj_cur_u16le(cur);
    lj_cur_skip(cur, lj_cur_left(cur));
    bool first = !x->has_bof;
    if (first) {
        x->b.version = version_of(x->b.id, stated);
        x->has_bof = true;
    }
    const xls_bound *bound = xls_bound_at(x, x->b.at);
    lj_code code = LJ_OK;
    if (bound != NULL && x->depth > 0) { /* the end of the one before is lost */
        x->is_damaged = true;
        x->depth = 1;
        code = xls_end_notes(x);
        x->depth = x->too_deep = 0;
    }
    if (x->depth == XLS_DEPTH) {
        x->too_deep++;
        return LJ_OK;
    }
    xls_substream *sub = &x->subs[x->depth];
    *sub = (xls_substream){.kind = kind};
    if (x->depth > 0) { /* a chart inside a sheet shares its place */
        *sub = x->subs[x->depth - 1];
        sub->kind = kind;
    } else if (kind != XLS_GLOBALS && kind != XLS_WORKSPACE) {
        sub->sheet_no = bound != NULL ? bound->no : x->bounds.count == 0 ? ++x->name_count : 0;
        bool hidden = bound != NULL && bound->is_hidden;
        bool lost = bound == NULL && x->bounds.count > 0;
        sub->hidden_by = (hidden ? SPAN_HIDE(SPAN_HIDDEN_SHEET) : 0) |
                         (lost ? SPAN_HIDE(SPAN_HIDDEN_UNREACHABLE) : 0);
        forget_sheet(x);
    }
    if (kind == XLS_MACRO || kind == XLS_MODULE) {
        format_tell(x->run, NOTE_MACROS);
    }
    x->depth++;
    x->story_id = ++x->story_count;
    return code;
}

/* Places where sheets begin, in ascending order, as far as a BOF stands there. */
static lj_code make_fences(xls *x)
{
    const xls_bound *rows = x->bounds.ptr;
    uint64_t *fences = lj_arena_array(x->arena, (size_t)x->bounds.count + 1, sizeof(*fences));
    if (fences == NULL) {
        return LJ_E_LIMIT;
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < x->bounds.count; i++) {
        /* sheets stand in the order of the workbook as a rule; others are not fenced */
        bool ascends = count == 0 || rows[i].at > fences[count - 1];
        if (!ascends || rows[i].at <= x->b.at) {
            continue;
        }
        lj_slice head = format_bytes(x->run, x->b.src, rows[i].at, 8);
        lj_cur cur = lj_cur_of(head);
        uint16_t id = lj_cur_u16le(&cur);
        uint16_t len = lj_cur_u16le(&cur);
        if (lj_cur_ok(&cur) && id == BOF_8 && (len == 8 || len == 16)) {
            fences[count++] = rows[i].at;
        }
    }
    biff_forget(&x->b);
    fences[count] = UINT64_MAX;
    x->fences = fences;
    x->b.fence = fences[0];
    return LJ_OK;
}

static void pass_fence(xls *x)
{
    while (x->fences != NULL && x->b.fence <= x->b.next) {
        x->b.fence = x->fences[++x->fence_next];
    }
}

static lj_code take_eof(xls *x)
{
    if (x->too_deep > 0) {
        x->too_deep--;
        return LJ_OK;
    }
    lj_code code = LJ_OK;
    if (x->depth > 0) {
        x->depth--;
        bool globals = x->subs[x->depth].kind == XLS_GLOBALS;
        if (x->depth == 0) {
            x->depth = 1; /* its place still stands */
            code = globals ? LJ_OK : xls_end_notes(x);
            x->depth = 0;
        }
        if (globals && x->fences == NULL && x->bounds.count > 0 && code == LJ_OK) {
            code = make_fences(x);
        }
    }
    x->awaits_string = false;
    return code;
}

/* ---- records ---- */

/* What the taker left of its record. */
static lj_code sweep_left(xls *x)
{
    const lj_cur *cur = &x->b.cur;
    return cur->src.len - cur->pos >= REST_MIN
               ? xls_slack(x, x->b.cur_at + cur->pos, cur->src.len - cur->pos)
               : LJ_OK;
}

static lj_code take_record(xls *x)
{
    enum { OBJ = 0x5D, TXO = 0x1B6 };
    biff *b = &x->b;
    if (b->id == BIFF_CONTINUE) {
        if (x->last_id == OBJ || x->last_id == TXO) { /* the drawing goes on */
            return xls_take_drawing(x);
        }
        return x->is_slack ? sweep_left(x) : LJ_OK;
    }
    const record_row *row = row_of(b->id, b->version);
    x->is_slack = row == NULL;
    x->last_id = b->id;
    if (row == NULL) {
        return sweep_left(x);
    }
    if (row->take == NULL) {
        return LJ_OK;
    }
    lj_code code = row->take(x);
    x->is_slack = true; /* a tail that the taker did not want */
    return code == LJ_OK ? sweep_left(x) : code;
}

/* The stream ends in the middle of a substream, or before a sheet that the workbook lists. */
static bool is_cut_off(const xls *x)
{
    const xls_bound *rows = x->bounds.ptr;
    bool cut = x->depth > 0 || !x->has_bof;
    for (uint32_t i = 0; i < x->bounds.count && !cut; i++) {
        cut = rows[i].at >= x->b.end;
    }
    return cut;
}

lj_code xls_read_stream(xls *x, bool is_cache)
{
    biff *b = &x->b;
    lj_code code = LJ_OK;
    x->has_bof = is_cache;
    while (code == LJ_OK && biff_next(b)) {
        x->is_damaged = x->is_damaged || b->is_cut;
        switch (b->id) {
        case BOF_2:
        case BOF_3:
        case BOF_4:
        case BOF_8:
            code = take_bof(x);
            break;
        case END_OF:
            code = take_eof(x);
            break;
        case FILEPASS:
            code = xls_unlock(x);
            break;
        default:
            code = x->has_bof ? take_record(x) : LJ_E_FORMAT;
            break;
        }
        if (x->fences != NULL) {
            pass_fence(x);
        }
        if (x->depth == 0 && !is_cache && biff_peek(b) == 0 && code == LJ_OK) {
            break; /* zeroes behind the last substream: no records */
        }
    }
    if (code == LJ_OK) {
        code = format_src_code(b->src);
    }
    if (code == LJ_OK) {
        x->is_damaged = x->is_damaged || (!is_cache && is_cut_off(x));
        code = xls_end_notes(x);
    }
    return code;
}
