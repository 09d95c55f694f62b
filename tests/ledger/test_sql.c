/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "../check.h"
#include "book.h"
int main(void){return 0;}
