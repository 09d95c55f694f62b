/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "programs/lijiand.h"

int daemon_demo(void *arguments)
{
    (void)arguments;
    return EXIT_USAGE;
}
