/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Writes the seeds of fuzz/seeds/table_in that are packages. Usage: table_samples FOLDER */
#include <stdio.h>

#include "base/os.h"
#include "book_build.h"

static const struct {
    const char *name;
    book_parts parts;
} rows[] = {
    {"plain.xlsx",
     {.sheet =
          "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" s=\"1\"><v>45047"
          "</v></c></row></sheetData><mergeCells><mergeCell ref=\"A1:A2\"/></mergeCells>",
      .strings = "<si><t>编号</t></si>",
      .styles = "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>",
      .flags = ZIP_BUILD_STORED}                                                    },
    {"deflated.xlsx", {.sheet = "<sheetData><row><c><v>1</v></c></row></sheetData>"}},
    {"wide.xlsx",
     {.sheet = "<sheetData><row><c><v>1</v></c></row></sheetData>",
      .flags = ZIP_BUILD_STORED | ZIP_BUILD_WIDE | ZIP_BUILD_BEHIND}                },
    {"macros.xlsx",
     {.sheet = "<sheetData/>",
      .more_name = "xl/vbaProject.bin",
      .more = "x",
      .flags = ZIP_BUILD_STORED}                                                    },
};

int main(int argc, char **argv)
{
    int dir = -1;
    lj_err err = {0};
    if (argc != 2 || lj_os_open_folder(LJ_OS_CWD, argv[1], true, &dir, &err) != LJ_OK) {
        fprintf(stderr, "usage: table_samples FOLDER\n");
        return 64;
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        zip_build zip;
        int fd = -1;
        lj_slice bytes = book_build(&zip, &rows[i].parts);
        if (lj_os_create_file(dir, rows[i].name, LJ_OS_FRESH, &fd, &err) != LJ_OK ||
            lj_os_write(fd, bytes, &err) != LJ_OK) {
            fprintf(stderr, "table_samples: cannot write %s\n", rows[i].name);
            return 70;
        }
        lj_os_close(fd);
        zip_build_done(&zip);
    }
    lj_os_close(dir);
    return 0;
}
