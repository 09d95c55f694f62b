/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Inside text/: the survey with chosen instructions, for tests. */
#ifndef LJ_TEXT_SURVEY_PRIV_H
#define LJ_TEXT_SURVEY_PRIV_H

#include "text/charset_priv.h"
#include "text/survey.h"

text_survey survey_with(text_vector vector, lj_slice bytes, uint8_t behind);
/* Surveys a head of the bytes and returns its length; 0 when the instructions are not there. */
size_t survey_x86(text_vector vector, lj_slice bytes, text_survey *out);

#endif
