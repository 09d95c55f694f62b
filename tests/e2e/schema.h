/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A validator for the part of JSON Schema (draft 2020-12) that docs/formats/ uses: type, enum,
 * const, required, properties, additionalProperties, items, prefixItems, minItems, maxItems,
 * minimum, maximum, minLength, maxLength, anyOf, oneOf, allOf, if, then, else, $ref to
 * "#/$defs/...". `title`, `description`, `$schema`, `$id`, `$comment`, `$defs`, `format`,
 * `examples`, `default` say nothing here. Any other keyword is an error of the schema: a rule must
 * not look checked when it is not. */
#ifndef LJ_TESTS_E2E_SCHEMA_H
#define LJ_TESTS_E2E_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* True when value fits schema; else text[cap] says where ("/reasons/0/points: ...") and what. root
 * is the whole schema document, for $ref. */
bool schema_fits(const json_t *root, const json_t *schema, const json_t *value, char *text,
                 size_t cap);

#endif
