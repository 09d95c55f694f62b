/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Compressed RTF of Outlook ([MS-OXRTFCP]) as a source of bytes: the property PidTagRtfCompressed
 * of a TNEF attachment or of a .msg file. */
#ifndef LJ_FORMATS_MAIL_LZFU_H
#define LJ_FORMATS_MAIL_LZFU_H

#include "formats/format.h"

/* The RTF inside [off, off + len) of src, decoded while it is read: a few KiB of arena, whatever
 * its size. Pass it to format_child(). src must outlive it. The source ends with LJ_E_FORMAT when
 * the stream is cut, points outside, or has another checksum than it states; what was decoded
 * before is given. NULL with *out_code LJ_E_FORMAT when there is no header of compressed RTF, or
 * LJ_E_LIMIT when the arena is full. */
format_src *lzfu_open(format_run *run, format_src *src, uint64_t off, uint64_t len,
                      lj_code *out_code);

#endif
