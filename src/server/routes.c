/* SPDX-License-Identifier: AGPL-3.0-or-later
 * All tables of routes as one set. */
#include "base/num.h"
#include "server/server.h"

lj_code server_routes(lj_arena *arena, route_set **out, const route_row **out_row, lj_err *err)
{
    route_table *tables = lj_arena_array(arena, 16, sizeof *tables);
    if (tables == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no room for the routes");
    }
    size_t count = 0;
    tables[count++] = session_routes;
    tables[count++] = account_routes;
    tables[count++] = log_routes;
    tables[count++] = duty_routes;
    tables[count++] = unit_routes;
    tables[count++] = schema_routes;
    tables[count++] = file_routes;
    lj_code code = record_routes(arena, &tables[count++], err);
    code = code == LJ_OK ? import_routes(arena, &tables[count++], err) : code;
    return code == LJ_OK ? route_set_new(arena, tables, count, out, out_row, err) : code;
}
