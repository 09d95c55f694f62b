#include "formats/format_priv.h"
static int sniff_never(const format_probe *probe)
{
    (void)probe;
    return 0;
}
const format_row format_xlsx_row = {.name = "xlsx", .extensions = "", .sniff = sniff_never, .en = "", .zh = ""};
