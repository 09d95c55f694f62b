/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "programs/lijiand.h"

int daemon_backup(void *arguments)
{
    (void)arguments;
    return EXIT_USAGE;
}

int daemon_restore(void *arguments)
{
    (void)arguments;
    return EXIT_USAGE;
}

int daemon_check(void *arguments)
{
    (void)arguments;
    return EXIT_USAGE;
}

int daemon_migrate(void *arguments)
{
    (void)arguments;
    return EXIT_USAGE;
}

int daemon_export(void *arguments)
{
    (void)arguments;
    return EXIT_USAGE;
}

int daemon_import(void *arguments)
{
    (void)arguments;
    return EXIT_USAGE;
}
