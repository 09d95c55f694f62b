/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The pages, out of files that the program carries (tools/embed.c). "/NAME" and "/assets/NAME" are
 * the file NAME; any other path without a dot in its last segment is index.html, which draws the
 * page itself. NAME.gz is the packed variant of NAME. */
#ifndef LJ_SERVER_STATIC_H
#define LJ_SERVER_STATIC_H

#include "server/http_server.h"

/* As tools/embed.c writes it. */
struct lj_embedded {
    const char *name;
    const char *stem;
    const uint8_t *bytes;
    size_t len;
};

typedef struct static_site static_site;

/* Names and tags of all files; LJ_E_LIMIT without room. files and arena must outlive it. */
LJ_MUST_USE lj_code static_site_new(lj_arena *arena, const struct lj_embedded *files, size_t count,
                                    static_site **out, lj_err *err);
/* False when there is nothing at that path. GET and HEAD only. */
bool static_site_serve(const static_site *site, const http_request *request,
                       http_response *response);

#endif
