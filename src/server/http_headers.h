/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The catalogue of headers that our answers carry without being asked. */
#ifndef LJ_SERVER_HTTP_HEADERS_H
#define LJ_SERVER_HTTP_HEADERS_H

#include <stddef.h>

/* A header that every answer has, unless it set that name itself. */
typedef struct http_header_row {
    const char *name, *value;
    const char *why;
} http_header_row;
extern const http_header_row http_headers_always[];
extern const size_t http_headers_always_count;

/* Content-Security-Policy of our own pages; answers of the interface have a stricter one. */
extern const char http_headers_page_policy[];

#endif
