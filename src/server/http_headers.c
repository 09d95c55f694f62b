/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The catalogue of headers. A browser that obeys them runs scripts of our own files only, sends
 * nothing to others, and shows no page of ours inside another one. */
#include "server/http_headers.h"

#include "base/num.h"

const http_header_row http_headers_always[] = {
    {"X-Content-Type-Options",       "nosniff",                                                     "a type is what we say it is"                                     },
    {"Referrer-Policy",              "no-referrer",                                                 "an address of ours may name a unit"                              },
    {"Cross-Origin-Opener-Policy",   "same-origin",                                                 "windows of others do not reach ours"                             },
    {"Cross-Origin-Resource-Policy", "same-origin",                                                 "pages of others do not embed our answers"                        },
    {"Content-Security-Policy",
     "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",             "an answer of the interface that is opened as a page does nothing"},
    {"Permissions-Policy",           "camera=(), microphone=(), geolocation=(), usb=(), serial=()",
     "nothing here needs a device"                                                                                                                                    },
    {"Cache-Control",                "no-store",                                                    "records stay on the server"                                      },
};
const size_t http_headers_always_count = LJ_COUNT_OF(http_headers_always);

const char http_headers_page_policy[] =
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";
