#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# No pages: the table that lijiand embeds is empty. Usage: web_empty.sh OUT.c
cat >"$1" <<END
#include <stddef.h>
#include <stdint.h>
struct lj_embedded {
    const char *name;
    const char *stem;
    const uint8_t *bytes;
    size_t len;
};
extern const struct lj_embedded web_files[];
extern const uint32_t web_count;
const struct lj_embedded web_files[1] = {{0, 0, 0, 0}};
const uint32_t web_count = 0;
END
