/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What the header of a part says about its body: RFC 2045 (Content-Type, -Transfer-Encoding), RFC
 * 2183 (Content-Disposition), RFC 2557 (Content-Location), RFC 8551 3.2 (S/MIME).
 *
 * A field that stands twice: the first counts, but a multipart among several Content-Types, because
 * then parts are found. Types that mail programs show beside the text are text here (delivery
 * reports), all others are files. */
#include "base/num.h"
#include "formats/mail/mail_priv.h"

enum { KIND_MAX = 128, LOCATION_MAX = 4096 };

void mail_head_init(mail_head *head, lj_arena *arena)
{
    *head = (mail_head){.type = MAIL_TEXT};
    lj_buf_init(&head->kind, arena, KIND_MAX);
    lj_buf_init(&head->boundary, arena, 4 * MAIL_FIELD_MAX);
    lj_buf_init(&head->name, arena, 4 * MAIL_FIELD_MAX);
    lj_buf_init(&head->other_name, arena, 4 * MAIL_FIELD_MAX);
    lj_buf_init(&head->location, arena, 4 * MAIL_FIELD_MAX);
    lj_buf_init(&head->subject, arena, 4 * MAIL_FIELD_MAX);
}

void mail_head_clear(mail_head *head, bool is_digest)
{
    head->type = is_digest ? MAIL_MESSAGE : MAIL_TEXT;
    head->coding = MAIL_PLAIN;
    head->flags = 0;
    head->charset = TEXT_CHARSET_NONE;
    head->stated_len = FORMAT_SIZE_UNKNOWN;
    lj_buf_clear(&head->kind);
    lj_buf_clear(&head->boundary);
    lj_buf_clear(&head->name);
    lj_buf_clear(&head->other_name);
    lj_buf_clear(&head->location);
    lj_buf_clear(&head->subject);
}

static mail_type type_of(lj_slice kind)
{
    static const struct {
        const char *kind;
        mail_type type;
    } rows[] = {
        {"",                                 MAIL_TEXT    },
        {"text",                             MAIL_TEXT    },
        {"text/plain",                       MAIL_TEXT    },
        {"text/rfc822-headers",              MAIL_TEXT    },
        {"message/delivery-status",          MAIL_TEXT    },
        {"message/disposition-notification", MAIL_TEXT    },
        {"message/feedback-report",          MAIL_TEXT    },
        {"message/external-body",            MAIL_TEXT    },
        {"application/pgp-encrypted",        MAIL_TEXT    },
        {"text/enriched",                    MAIL_ENRICHED},
        {"text/richtext",                    MAIL_ENRICHED},
        {"text/html",                        MAIL_HTML    },
        {"application/xhtml+xml",            MAIL_HTML    },
        {"message/rfc822",                   MAIL_MESSAGE },
        {"message/global",                   MAIL_MESSAGE },
        {"message/news",                     MAIL_MESSAGE },
        {"message/partial",                  MAIL_MESSAGE },
        {"application/pkcs7-mime",           MAIL_SMIME   },
        {"application/x-pkcs7-mime",         MAIL_SMIME   },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (mail_word_is(kind, rows[i].kind)) {
            return rows[i].type;
        }
    }
    return mail_word_is(lj_slice_part(kind, 0, 10), "multipart/") ? MAIL_MULTIPART : MAIL_OTHER;
}

static bool param_is(mail_look *look, lj_slice value, const char *name, const char *wanted)
{
    lj_buf_clear(&look->text);
    return mail_param(look, value, name, /* is_raw= */ true, &look->text) &&
           mail_word_is(lj_slice_part(lj_buf_slice(&look->text), 0, strlen(wanted)), wanted);
}

static void take_name(mail_head *head, mail_look *look, lj_slice value, const char *name)
{
    lj_buf_clear(&look->text);
    if (!mail_param(look, value, name, /* is_raw= */ false, &look->text) || look->text.len == 0) {
        return;
    }
    lj_buf *to = head->name.len == 0 ? &head->name : &head->other_name;
    if (!lj_slice_is(lj_buf_slice(&head->name), lj_buf_slice(&look->text))) {
        lj_buf_clear(to);
        lj_buf_put(to, lj_buf_slice(&look->text));
    }
    head->flags |= MAIL_NAMED;
}

static bool ends_with(lj_slice text, const char *end)
{
    size_t len = strlen(end);
    return text.len >= len && mail_word_is(lj_slice_part(text, text.len - len, len), end);
}

static void take_type(mail_head *head, mail_look *look, lj_slice value)
{
    lj_slice word = mail_value_word(value);
    mail_type type = type_of(word);
    if ((head->flags & MAIL_TYPED) != 0 &&
        (head->type == MAIL_MULTIPART || type != MAIL_MULTIPART)) {
        return;
    }
    head->flags |= MAIL_TYPED;
    head->type = type;
    lj_buf_clear(&head->kind);
    for (size_t i = 0; i < word.len && i < KIND_MAX; i++) {
        bool upper = word.ptr[i] >= 'A' && word.ptr[i] <= 'Z';
        lj_buf_put_u8(&head->kind, upper ? (uint8_t)(word.ptr[i] | 0x20) : word.ptr[i]);
    }
    lj_buf_clear(&look->text);
    if (mail_param(look, value, "charset", /* is_raw= */ true, &look->text)) {
        head->charset = mail_charset_of(lj_buf_slice(&look->text));
    }
    if (type == MAIL_MULTIPART) {
        lj_buf_clear(&head->boundary);
        (void)mail_param(look, value, "boundary", /* is_raw= */ true, &head->boundary);
    }
    head->flags |= param_is(look, value, "format", "flowed") ? MAIL_FLOWED : 0;
    head->flags |= param_is(look, value, "delsp", "yes") ? MAIL_DELSP : 0;
    head->flags |= param_is(look, value, "smime-type", "enveloped") ||
                           param_is(look, value, "smime-type", "authEnveloped")
                       ? MAIL_ENVELOPED
                       : 0;
    head->flags |= mail_word_is(word, "multipart/encrypted") ? MAIL_LOCKED : 0;
    head->flags |= mail_word_is(word, "multipart/digest") ? MAIL_DIGEST : 0;
    head->flags |= mail_word_is(word, "message/partial") ? MAIL_PARTIAL : 0;
    take_name(head, look, value, "name");
}

static mail_coding coding_of(lj_slice word)
{
    static const struct {
        const char *word;
        mail_coding coding;
    } rows[] = {
        {"base64",           MAIL_BASE64},
        {"base-64",          MAIL_BASE64},
        {"b64",              MAIL_BASE64},
        {"quoted-printable", MAIL_QUOTED},
        {"quoted_printable", MAIL_QUOTED},
        {"x-uuencode",       MAIL_UU    },
        {"x-uue",            MAIL_UU    },
        {"uuencode",         MAIL_UU    },
        {"uue",              MAIL_UU    },
    };
    for (size_t i = 0; i < LJ_COUNT_OF(rows); i++) {
        if (mail_word_is(word, rows[i].word)) {
            return rows[i].coding;
        }
    }
    return MAIL_PLAIN;
}

static uint64_t number_of(lj_slice value)
{
    uint64_t number = 0;
    value = mail_trim(value);
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] < '0' || value.ptr[i] > '9' || i > 17) {
            return FORMAT_SIZE_UNKNOWN;
        }
        number = number * 10 + (uint64_t)(value.ptr[i] - '0');
    }
    return value.len > 0 ? number : FORMAT_SIZE_UNKNOWN;
}

void mail_head_take(mail_head *head, mail_look *look, const mail_field *field)
{
    bool is_content = mail_word_is(lj_slice_part(field->name, 0, 8), "Content-");
    bool is_subject = mail_word_is(field->name, "Subject");
    if (field->goes_on || (!is_content && !is_subject)) {
        return;
    }
    lj_buf_clear(&look->flat);
    mail_unfold(field->value, &look->flat);
    lj_slice value = lj_buf_slice(&look->flat);
    if (is_subject && head->subject.len == 0) {
        mail_words(value, &head->subject, &look->scratch);
    } else if (mail_word_is(field->name, "Content-Type")) {
        take_type(head, look, value);
    } else if (mail_word_is(field->name, "Content-Transfer-Encoding")) {
        mail_coding coding = coding_of(mail_value_word(value));
        head->coding = head->coding == MAIL_PLAIN ? coding : head->coding;
    } else if (mail_word_is(field->name, "Content-Disposition")) {
        head->flags |= mail_word_is(mail_value_word(value), "attachment") ? MAIL_ATTACHMENT : 0;
        if (head->name.len > 0) { /* the name of Content-Type takes the second place */
            lj_buf_clear(&head->other_name);
            lj_buf_put(&head->other_name, lj_buf_slice(&head->name));
            lj_buf_clear(&head->name);
            take_name(head, look, value, "filename");
            if (head->name.len == 0) {
                lj_buf_put(&head->name, lj_buf_slice(&head->other_name));
            }
        } else {
            take_name(head, look, value, "filename");
        }
        if (lj_slice_is(lj_buf_slice(&head->name), lj_buf_slice(&head->other_name))) {
            lj_buf_clear(&head->other_name);
        }
    } else if (mail_word_is(field->name, "Content-Location") && head->location.len == 0) {
        mail_words(value, &head->location, &look->scratch);
    } else if (mail_word_is(field->name, "Content-Length")) {
        head->stated_len = number_of(value);
    }
    if (head->type == MAIL_OTHER && ends_with(lj_buf_slice(&head->name), ".p7m")) {
        head->type = MAIL_SMIME;
    }
}
