/* SPDX-License-Identifier: AGPL-3.0-or-later
 * lijian-verify: the independent judge of the audit log. One file, fewer than 1,000 lines, no code
 * in common with the rest of the product: libc and libcrypto only, everything is written here a
 * second time from docs/formats/audit.md. Whoever doubts the server reads this file and that page.
 *
 *   lijian-verify log EXPORT CHECKPOINT [--key PUBKEY]... [--older CHECKPOINT]...
 *   lijian-verify inclusion LEAF PROOF CHECKPOINT [--key PUBKEY]...
 *   lijian-verify show EXPORT [N]
 *
 * Exit status: 0 good, 1 tampered with, 2 unreadable or wrong use. The verdict is one line.
 *
 * How the log is judged: every checkpoint is taken apart strictly and its signature checked; all of
 * one log are compared with each other (the same size with different roots, or fewer entries later,
 * is a fork without a look at any entry). The export is walked once by its frames and once by its
 * entries: strict form, numbers from 0 without gap, leaf hash into the edge of the tree (RFC 9162
 * 2.1); at the size of a checkpoint the root so far must be its root. Values beside the log must
 * hash, with their salt, to the commitment of the entry that names them. The trailer of the export
 * only shows damage; what convicts is the checkpoint.
 * What cannot be told: which entry differs, beyond the range between the last checkpoint that fits
 * and the first that does not. A root says that something differs, not where. */
#define _GNU_SOURCE /* O_CLOEXEC, fopen "e" */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

enum { GOOD, TAMPERED, UNREADABLE }; /* exit status */
enum { DIGEST = 32, ID = 16, SALT = 16, LEVELS = 48, HEAD = 44, END = 1 + 8 + DIGEST };
enum { KEYS_MAX = 16, POINTS_MAX = 65, POINT_TEXT_MAX = 512, PROOF_TEXT_MAX = 4096 };
enum { LEAF_MAX = 16384, COMMITMENT = 2 + DIGEST, COMMITMENTS_MAX = 400, KIND_LAST = 11 };
enum { VALUE_HEAD = 1 + DIGEST + SALT + 4, VALUE_MAX = 1 << 24 };
enum { T_SEQ = 1, T_AT, T_KIND, T_BY, T_POST, T_FOR_POST, T_REQUEST, T_TYPE, T_RECORD, T_VERSION };
enum { T_EVENT = T_VERSION + 1, T_FROM, T_TO, T_HAPPENED_ON, T_SUBJECT, T_COMMITMENTS };
enum { TAG_LAST = T_COMMITMENTS, KIND_ERASURE = 3 };
static const uint64_t AT_LIMIT = UINT64_C(253402300799999); /* end of the year 9999 */

typedef struct bytes {
    const uint8_t *ptr;
    size_t len;
} bytes;

typedef struct digest {
    uint8_t b[DIGEST];
} digest;

/* ---- what is said: one line, a verdict and what belongs to it ---- */

static struct {
    bool zh;
    bool has_said; /* something stands on the line */
} out;

/* {a} {b}: numbers; {f}: a file. */
static void say(const char *en, const char *zh, uint64_t a, uint64_t b, const char *file)
{
    for (const char *at = out.zh ? zh : en; *at != '\0'; at += *at == '{' ? 3 : 1) {
        if (*at != '{') {
            putchar(*at);
        } else if (at[1] == 'f') {
            fputs(file, stdout);
        } else {
            printf("%llu", (unsigned long long)(at[1] == 'a' ? a : b));
        }
    }
    out.has_said = true;
}

static _Noreturn void end(int status)
{
    if (out.has_said) {
        putchar('\n');
    }
    exit(fflush(stdout) == 0 ? status : UNREADABLE);
}

static _Noreturn void end_with(int status, const char *en, const char *zh, uint64_t a,
                               const char *file)
{
    say(en, zh, a, 0, file);
    end(status);
}

static void *room(size_t count, size_t size)
{
    void *made = calloc(count + 1, size);
    if (made == NULL) {
        end_with(UNREADABLE, "not enough memory", "内存不足", 0, "");
    }
    return made;
}

/* ---- bytes and texts ---- */

static uint64_t le(const uint8_t *at, size_t len)
{
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        value |= (uint64_t)at[i] << 8 * i;
    }
    return value;
}

/* A whole file, mapped for reading; it is not empty. */
static bytes file_map(const char *path)
{
    struct stat info = {.st_size = 0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is_file = fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    size_t len = is_file ? (size_t)info.st_size : 0;
    void *map = len > 0 ? mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    if (map == MAP_FAILED) {
        end_with(UNREADABLE, "cannot read {f}", "无法读取 {f}", 0, path);
    }
    close(fd);
    return (bytes){map, len};
}

/* The base64 up to a blank, a line end or the end; bytes read, or 0 for any but the one canonical
 * spelling of at most cap bytes. */
static size_t base64_take(const char *text, uint8_t *dst, size_t cap)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t len = strcspn(text, " \n");
    size_t pad = len >= 2 ? (text[len - 1] == '=') + (text[len - 2] == '=') : 0;
    uint32_t held = 0;
    size_t made = 0;
    for (size_t i = 0; i < len; i++) {
        const char *digit = strchr(digits, text[i]);
        if (digit == NULL && !(text[i] == '=' && i + pad >= len)) {
            return 0;
        }
        held = held << 6 | (digit != NULL ? (uint32_t)(digit - digits) : 0);
        size_t count = i + 1 == len ? 3 - pad : 3;
        if (i % 4 == 3 && (made + count > cap || (held & ((1U << 8 * (3 - count)) - 1)) != 0)) {
            return 0;
        }
        for (size_t k = 0; i % 4 == 3 && k < count; k++) {
            dst[made++] = (uint8_t)(held >> (16 - 8 * k));
        }
    }
    return len % 4 == 0 ? made : 0;
}

/* Holds a text against a pattern: '#' a number without leading zeros, 'x' 32 small hex digits, '9'
 * a digit, '*' small letters and digits, '+' base64; '@' notes the place; all else stands for
 * itself. Where the text goes on behind it, or NULL. */
static const char *match(const char *text, const char *pattern, const char **places)
{
    static const char letters[] = "#9x*+";
    static const char *const sets[] = {
        "0123456789", "0123456789", "0123456789abcdef", "abcdefghijklmnopqrstuvwxyz0123456789",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="};
    for (; *pattern != '\0'; pattern++) {
        const char *letter = strchr(letters, *pattern);
        size_t len = letter != NULL ? strspn(text, sets[letter - letters]) : *text == *pattern;
        if (*pattern == '@') {
            *places++ = text;
            continue;
        }
        if (len == 0 || (*pattern == 'x' && len != (size_t)2 * ID) ||
            (*pattern == '#' && (len > 18 || (len > 1 && *text == '0')))) {
            return NULL;
        }
        text += *pattern == '9' ? 1 : len;
    }
    return text;
}

static uint64_t number_at(const char *text)
{
    uint64_t value = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        value = value * 10 + (uint64_t)(*text - '0');
    }
    return value;
}

static bool is_word(const char *text, const char *word)
{
    size_t len = strcspn(word, " \n");
    return strncmp(text, word, len) == 0 && strcspn(text, " \n") == len;
}

static void hex_text(const uint8_t *src, size_t len, char *text)
{
    for (size_t i = 0; i < len; i++) {
        snprintf(text + 2 * i, 3, "%02x", src[i]);
    }
}

/* ---- hashes and the tree of RFC 9162 ---- */

static const char *const hash_names[] = {NULL, "sm3", "sha256"}; /* by their number in files */
static EVP_MD_CTX *hash_ctx;

static void hash_use(const char *name)
{
    EVP_MD *md = EVP_MD_fetch(NULL, name, NULL);
    hash_ctx = hash_ctx == NULL ? EVP_MD_CTX_new() : hash_ctx;
    if (md == NULL || hash_ctx == NULL || EVP_DigestInit_ex2(hash_ctx, md, NULL) != 1) {
        end_with(UNREADABLE, "OpenSSL has no {f}", "OpenSSL 不支持 {f}", 0, name);
    }
    EVP_MD_free(md);
}

static void hash_add(const void *src, size_t len)
{
    if (EVP_DigestUpdate(hash_ctx, src, len) != 1) {
        abort();
    }
}

/* The hash of what was added; begins the next one. */
static digest hash_end(void)
{
    digest d;
    if (EVP_DigestFinal_ex(hash_ctx, d.b, NULL) != 1 ||
        EVP_DigestInit_ex2(hash_ctx, NULL, NULL) != 1) {
        abort();
    }
    return d;
}

static digest leaf_hash(bytes leaf)
{
    hash_add("", 1);
    hash_add(leaf.ptr, leaf.len);
    return hash_end();
}

static digest node_hash(const digest *left, const digest *right)
{
    hash_add("\x01", 1);
    hash_add(left->b, DIGEST);
    hash_add(right->b, DIGEST);
    return hash_end();
}

/* The complete subtrees along the right edge of the tree. */
typedef struct edge {
    uint64_t size;
    digest node[LEVELS];
} edge;

static void edge_add(edge *e, digest node)
{
    uint32_t level = 0;
    for (uint64_t bits = e->size++; (bits & 1) != 0; bits >>= 1) {
        node = node_hash(&e->node[level++], &node);
    }
    e->node[level] = node;
}

static digest edge_root(const edge *e)
{
    digest root = {{0}};
    bool is_empty = true;
    for (uint32_t level = 0; level < LEVELS; level++) {
        if ((e->size >> level & 1) != 0) {
            root = is_empty ? e->node[level] : node_hash(&e->node[level], &root);
            is_empty = false;
        }
    }
    return is_empty ? hash_end() : root;
}

/* ---- keys and checkpoints ---- */

typedef struct key {
    EVP_PKEY *pkey;
    bool is_sm2;
    char id[2 * ID + 1]; /* hex */
} key;

/* Places in the text of a checkpoint. */
enum { P_DISTRICT, P_LOG, P_SIZE, P_ROOT, P_AT, P_HASH, P_SCHEME, P_KEY, P_SIGNATURE, P_COUNT };

typedef struct point {
    const char *path;
    char text[POINT_TEXT_MAX + 1];
    const char *part[P_COUNT];
    uint64_t size;
    digest root;
    bool is_reached; /* the export has so many entries, and then */
    bool fits;       /* this root */
} point;

static struct {
    key keys[KEYS_MAX];
    int key_count;
    point points[POINTS_MAX];        /* the first is the checkpoint, the others are older */
    const point *sorted[POINTS_MAX]; /* by size, then by time */
    int point_count;
} given = {.point_count = 1};

static void key_load(const char *path)
{
    key *k = &given.keys[given.key_count++];
    uint8_t *der = NULL;
    FILE *in = fopen(path, "re");
    k->pkey = in != NULL ? PEM_read_PUBKEY(in, NULL, NULL, NULL) : NULL;
    int len = k->pkey != NULL ? i2d_PUBKEY(k->pkey, &der) : 0;
    k->is_sm2 = len > 0 && EVP_PKEY_is_a(k->pkey, "SM2") == 1;
    if (len <= 0 || (!k->is_sm2 && EVP_PKEY_is_a(k->pkey, "ED25519") != 1)) {
        end_with(UNREADABLE, "{f} is not a public key of SM2 or Ed25519 in PEM",
                 "{f} 不是 PEM 格式的 SM2 或 Ed25519 公钥", 0, path);
    }
    fclose(in);
    hash_use(k->is_sm2 ? "sm3" : "sha256");
    hash_add(der, (size_t)len);
    digest d = hash_end();
    hex_text(d.b, ID, k->id);
    OPENSSL_free(der);
}

/* Takes the text apart; strict. */
static bool point_take(point *p)
{
    const char *rest = match(p->text,
                             "lijian-checkpoint 1\ndistrict @#\nlog @x\nsize @#\nroot @+\nat "
                             "@9999-99-99T99:99:99.999Z\nhash @*\n\nsig @* @x @+\n",
                             p->part);
    uint8_t signature[80];
    if (rest == NULL || *rest != '\0' ||
        base64_take(p->part[P_ROOT], p->root.b, DIGEST) != DIGEST ||
        base64_take(p->part[P_SIGNATURE], signature, sizeof(signature)) == 0) {
        return false;
    }
    p->size = number_at(p->part[P_SIZE]);
    return (is_word(p->part[P_HASH], "sm3") || is_word(p->part[P_HASH], "sha256")) &&
           (is_word(p->part[P_SCHEME], "sm2") || is_word(p->part[P_SCHEME], "ed25519")) &&
           p->size < (uint64_t)1 << LEVELS;
}

/* "lijian" || str "checkpoint" || u16 1 || str hash || str H(text before the empty line). */
static bool point_is_signed(const point *p, const key *k)
{
    const char *hash = k->is_sm2 ? "sm3" : "sha256";
    char input[128];
    uint8_t signature[80];
    hash_use(hash);
    hash_add(p->text, (size_t)(strstr(p->text, "\n\n") - p->text) + 1);
    digest d = hash_end();
    int len = snprintf(input, sizeof(input), "lijian%c%ccheckpoint%c%c%c%c%s%c%c", 10, 0, 1, 0,
                       (int)strlen(hash), 0, hash, DIGEST, 0);
    memcpy(input + len, d.b, DIGEST);
    size_t signature_len = base64_take(p->part[P_SIGNATURE], signature, sizeof(signature));
    EVP_PKEY_CTX *inner = NULL;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool fits = EVP_DigestVerifyInit_ex(ctx, &inner, k->is_sm2 ? "SM3" : NULL, NULL, NULL, k->pkey,
                                        NULL) == 1 &&
                (!k->is_sm2 || EVP_PKEY_CTX_set1_id(inner, "1234567812345678", 16) == 1) &&
                EVP_DigestVerify(ctx, signature, signature_len, (const uint8_t *)input,
                                 (size_t)len + DIGEST) == 1;
    EVP_MD_CTX_free(ctx);
    return fits;
}

/* Reads one checkpoint file and judges it alone. */
static void point_load(point *p)
{
    static const char head[] = "lijian-checkpoint ";
    bytes file = file_map(p->path);
    if (file.len < sizeof(head) - 1 || memcmp(file.ptr, head, sizeof(head) - 1) != 0) {
        end_with(UNREADABLE, "{f} is not a checkpoint", "{f} 不是检查点", 0, p->path);
    }
    memcpy(p->text, file.ptr, file.len <= POINT_TEXT_MAX ? file.len : 0);
    if (strlen(p->text) != file.len || !point_take(p)) {
        end_with(TAMPERED, "TAMPERED: {f} was changed: not the text of a checkpoint any more",
                 "已被篡改：{f} 被改动，已不是检查点原文", 0, p->path);
    }
    bool is_known = given.key_count == 0;
    for (int i = 0; i < given.key_count && !is_known; i++) {
        const key *k = &given.keys[i];
        is_known = is_word(p->part[P_SCHEME], k->is_sm2 ? "sm2" : "ed25519") &&
                   is_word(p->part[P_KEY], k->id);
        if (is_known && !point_is_signed(p, k)) {
            end_with(TAMPERED, "TAMPERED: the signature of {f} does not fit its text",
                     "已被篡改：{f} 的签名与内容不符", 0, p->path);
        }
    }
    if (!is_known) {
        end_with(TAMPERED, "TAMPERED: {f} is signed by a key that was not given with --key",
                 "已被篡改：{f} 的签名密钥不在 --key 所给之列", 0, p->path);
    }
}

static int by_size(const void *a, const void *b)
{
    const point *x = *(const point *const *)a;
    const point *y = *(const point *const *)b;
    return x->size != y->size ? (x->size < y->size ? -1 : 1)
                              : strncmp(x->part[P_AT], y->part[P_AT], 24);
}

/* All checkpoints, and each with the next larger one: forks that show without any entry. */
static void points_load(const char *path)
{
    given.points[0].path = path;
    for (int i = 0; i < given.point_count; i++) {
        point_load(&given.points[i]);
        given.sorted[i] = &given.points[i];
    }
    qsort(given.sorted, (size_t)given.point_count, sizeof(given.sorted[0]), by_size);
    for (int i = 1; i < given.point_count; i++) {
        const point *p = given.sorted[i - 1];
        const point *q = given.sorted[i];
        if (!is_word(p->part[P_DISTRICT], q->part[P_DISTRICT]) ||
            !is_word(p->part[P_LOG], q->part[P_LOG]) ||
            !is_word(p->part[P_HASH], q->part[P_HASH])) {
            end_with(TAMPERED, "TAMPERED: {f} belongs to another log than the other checkpoints",
                     "已被篡改：{f} 与其他检查点不属于同一份日志", 0, q->path);
        }
        if (p->size == q->size && memcmp(p->root.b, q->root.b, DIGEST) != 0) {
            end_with(TAMPERED,
                     "TAMPERED: fork: {f} and another checkpoint both have {a} entries and "
                     "different roots",
                     "已被篡改：日志分叉：{f} 与另一检查点同为 {a} 条，根值却不同", p->size,
                     p->path);
        }
        if (p->size < q->size && strncmp(p->part[P_AT], q->part[P_AT], 24) > 0) {
            end_with(TAMPERED,
                     "TAMPERED: {f} has {a} entries, a checkpoint signed later has fewer: the "
                     "log was cut back",
                     "已被篡改：{f} 有 {a} 条，后来签署的检查点反而更少：日志被截短", q->size,
                     q->path);
        }
    }
}

/* ---- entries ---- */

/* Bytes and name of a field by its tag. */
static const uint8_t field_lens[TAG_LAST + 1] = {0,  8, 8, 1, 16, 16, 16, 32, 2,
                                                 16, 8, 2, 1, 1,  4,  32, 0};
static const char *const field_names[TAG_LAST + 1] = {
    "",       "seq",     "at",    "kind", "by", "post", "for",     "request", "type",
    "record", "version", "event", "from", "to", "on",   "subject", ""};

/* Where the fields of an entry are; NULL for those it has not. */
typedef struct leaf {
    const uint8_t *at[TAG_LAST + 1];
    size_t commitment_count;
} leaf;

/* Strict: the one form in which entries are written. */
static bool leaf_take(bytes src, leaf *l)
{
    *l = (leaf){.commitment_count = 0};
    size_t last = 0;
    size_t len = 0;
    if (src.len < 1 || src.len > LEAF_MAX || src.ptr[0] != 1) {
        return false;
    }
    for (size_t pos = 1; pos < src.len; pos += 3 + len) {
        size_t tag = src.ptr[pos];
        len = src.len - pos >= 3 ? (size_t)le(src.ptr + pos + 1, 2) : SIZE_MAX;
        if (tag <= last || tag > TAG_LAST || src.len - pos < 3 || len > src.len - pos - 3 ||
            (tag != T_COMMITMENTS && len != field_lens[tag])) {
            return false;
        }
        l->at[tag] = src.ptr + pos + 3;
        last = tag;
    }
    if (l->at[T_SEQ] == NULL || l->at[T_AT] == NULL || l->at[T_KIND] == NULL ||
        (l->at[T_TYPE] == NULL) != (l->at[T_RECORD] == NULL)) {
        return false;
    }
    if (l->at[T_COMMITMENTS] != NULL) {
        l->commitment_count = len / COMMITMENT;
        if (len == 0 || len % COMMITMENT != 0 || l->commitment_count > COMMITMENTS_MAX ||
            l->at[T_RECORD] == NULL) {
            return false;
        }
    }
    const uint8_t *c = l->at[T_COMMITMENTS];
    for (size_t i = 1; i < l->commitment_count; i++, c += COMMITMENT) {
        if (memcmp(c, c + COMMITMENT, COMMITMENT) >= 0) {
            return false;
        }
    }
    int64_t day = l->at[T_HAPPENED_ON] != NULL ? (int32_t)le(l->at[T_HAPPENED_ON], 4) : 0;
    return le(l->at[T_AT], 8) <= AT_LIMIT && *l->at[T_KIND] >= 1 && *l->at[T_KIND] <= KIND_LAST &&
           day >= -719162 && day <= 2932896;
}

/* ---- the export ---- */

/* UINT64_MAX: nothing of the kind. */
static struct {
    bytes file;
    uint64_t leaf_count;
    size_t values_off; /* where the entries end */
    uint64_t value_count;
    bool is_whole;    /* it ends as it should */
    size_t broken_at; /* byte where it does not go on, unless whole */
    /* values by their commitments: open addressing, number of the value + 1 */
    size_t *value_offs;
    uint32_t *table;
    size_t table_mask;
    bool *is_named; /* by an entry */
    /* what the walk over the entries found */
    edge edge;
    uint64_t order_at, order_seq; /* first place with another number, and that number */
    uint64_t form_at;             /* first entry that is not in form */
    uint64_t value_at, value_field, stray_at;
    uint64_t value_good, value_erased;
    bool is_closed; /* the trailer fits */
} book = {
    .order_at = UINT64_MAX, .form_at = UINT64_MAX, .value_at = UINT64_MAX, .stray_at = UINT64_MAX};

/* Length of the item at pos, or 0 when it is none or is cut. */
static size_t item_len(size_t pos)
{
    const uint8_t *at = book.file.ptr + pos;
    size_t left = book.file.len - pos;
    size_t len = 0;
    if (left >= 3 && *at == 'L') {
        len = 3 + (size_t)le(at + 1, 2);
    } else if (left >= VALUE_HEAD && *at == 'V') {
        size_t value_len = (size_t)le(at + VALUE_HEAD - 4, 4);
        len = value_len > 0 && value_len <= VALUE_MAX ? VALUE_HEAD + value_len : 0;
    } else if (left == END && *at == 'E' && le(at + 1, 8) == book.value_count) {
        len = END;
    }
    return len <= left ? len : 0;
}

static void export_open(const char *path)
{
    book.file = file_map(path);
    const uint8_t *head = book.file.ptr;
    if (book.file.len < HEAD || memcmp(head, "LIJIANLG", 8) != 0 || le(head + 8, 2) != 1 ||
        head[10] < 1 || head[10] > 2 || head[11] != 0) {
        end_with(UNREADABLE, "{f} is not an export of a log that this verifier knows",
                 "{f} 不是本程序能识别的日志导出文件", 0, path);
    }
    size_t pos = HEAD;
    for (size_t len = 0; pos < book.file.len; pos += len) {
        uint8_t letter = head[pos];
        len = item_len(pos);
        if (len == 0 || (letter == 'L' && book.values_off != 0)) {
            break;
        }
        book.leaf_count += letter == 'L';
        book.value_count += letter == 'V';
        book.values_off = letter != 'L' && book.values_off == 0 ? pos : book.values_off;
        book.is_whole = letter == 'E';
    }
    book.broken_at = pos;
    book.values_off = book.values_off == 0 ? pos : book.values_off;
}

/* The first 8 bytes of a commitment are as good as a hash of it. */
static size_t slot_of(const uint8_t *commitment)
{
    size_t slot = (size_t)le(commitment, 8) & book.table_mask;
    while (book.table[slot] != 0 &&
           memcmp(book.file.ptr + book.value_offs[book.table[slot] - 1] + 1, commitment, DIGEST) !=
               0) {
        slot = (slot + 1) & book.table_mask;
    }
    return slot;
}

static void export_index(void)
{
    size_t cap = 4;
    while (cap < 2 * book.value_count) {
        cap *= 2;
    }
    book.table_mask = cap - 1;
    book.table = room(cap, sizeof(*book.table));
    book.value_offs = room(book.value_count, sizeof(*book.value_offs));
    book.is_named = room(book.value_count, sizeof(*book.is_named));
    size_t pos = book.values_off;
    for (uint64_t i = 0; i < book.value_count && i < UINT32_MAX; pos += item_len(pos), i++) {
        const uint8_t *commitment = book.file.ptr + pos + 1;
        book.value_offs[i] = pos;
        book.table[slot_of(commitment)] = (uint32_t)i + 1;
    }
}

/* The item of the value behind a commitment; NULL when there is none. */
static const uint8_t *value_lookup(const uint8_t *commitment)
{
    uint32_t no = book.table[slot_of(commitment)];
    if (no == 0) {
        return NULL;
    }
    book.is_named[no - 1] = true;
    return book.file.ptr + book.value_offs[no - 1];
}

/* ---- judging a log ---- */

/* Every value shown for an entry must hash to its commitment:
 * H("lijian/commitment/v1" || salt || type || record || field || value) */
static void walk_values(const leaf *l)
{
    const uint8_t *at = l->at[T_COMMITMENTS];
    for (size_t i = 0; i < l->commitment_count; i++, at += COMMITMENT) {
        const uint8_t *item = value_lookup(at + 2);
        if (item == NULL) {
            continue;
        }
        hash_add("lijian/commitment/v1", 20);
        hash_add(item + 1 + DIGEST, SALT);
        hash_add(l->at[T_TYPE], 2);
        hash_add(l->at[T_RECORD], ID);
        hash_add(at, 2);
        hash_add(item + VALUE_HEAD, (size_t)le(item + VALUE_HEAD - 4, 4));
        digest d = hash_end();
        bool fits = memcmp(d.b, at + 2, DIGEST) == 0;
        book.value_erased += fits && *l->at[T_KIND] == KIND_ERASURE;
        book.value_good += fits && *l->at[T_KIND] != KIND_ERASURE;
        if (!fits && book.value_at == UINT64_MAX) {
            book.value_at = book.edge.size;
            book.value_field = le(at, 2);
        }
    }
}

/* The root so far, against every checkpoint of this size. */
static void walk_roots(void)
{
    for (int i = 0; i < given.point_count; i++) {
        point *p = &given.points[i];
        if (p->size == book.edge.size) {
            digest root = edge_root(&book.edge);
            p->is_reached = true;
            p->fits = memcmp(root.b, p->root.b, DIGEST) == 0;
        }
    }
}

static void walk(void)
{
    size_t pos = HEAD;
    hash_use(hash_names[book.file.ptr[10]]);
    export_index();
    walk_roots();
    for (uint64_t i = 0; i < book.leaf_count; i++) {
        bytes src = {book.file.ptr + pos + 3, (size_t)le(book.file.ptr + pos + 1, 2)};
        leaf l;
        pos += 3 + src.len;
        if (!leaf_take(src, &l)) {
            book.form_at = book.form_at == UINT64_MAX ? i : book.form_at;
        } else {
            if (le(l.at[T_SEQ], 8) != i && book.order_at == UINT64_MAX) {
                book.order_at = i;
                book.order_seq = le(l.at[T_SEQ], 8);
            }
            walk_values(&l);
        }
        edge_add(&book.edge, leaf_hash(src));
        walk_roots();
    }
    for (uint64_t i = 0; i < book.value_count && book.stray_at == UINT64_MAX; i++) {
        book.stray_at = book.is_named[i] ? UINT64_MAX : i;
    }
    if (book.is_whole) {
        digest root = edge_root(&book.edge);
        hash_add("lijian/export/v1", 16);
        hash_add(book.file.ptr, HEAD);
        hash_add(root.b, DIGEST);
        hash_add(book.file.ptr + book.values_off, book.file.len - DIGEST - book.values_off);
        digest d = hash_end();
        book.is_closed = memcmp(d.b, book.file.ptr + book.file.len - DIGEST, DIGEST) == 0;
    }
}

/* Where the fault is, as far as that can be said: behind the last checkpoint that fits. */
static _Noreturn void end_where(const point *good, const point *bad)
{
    if (good != NULL) {
        say("; the first {a} entries are those of {f}", "；前 {a} 条与 {f} 一致", good->size, 0,
            good->path);
    }
    if (good != NULL && bad != NULL && good->size < bad->size) {
        say("; the first difference lies in entries {a} to {b}",
            "；第一处不同在第 {a} 至 {b} 号记录之间", good->size, bad->size - 1, "");
    } else if (bad != NULL) {
        say("; which entry cannot be told without an older checkpoint that fits",
            "；没有相符的较早检查点，无法指明是哪一条", 0, 0, "");
    }
    end(TAMPERED);
}

/* Faults of the entries, what tells most first. */
static void judge_entries(const point *head)
{
    const point *good = NULL; /* the largest checkpoint that fits */
    const point *bad = NULL;  /* the smallest that does not */
    for (int i = 0; i < given.point_count; i++) {
        const point *p = given.sorted[i];
        good = p->fits && p->size > 0 ? p : good;
        bad = p->is_reached && !p->fits && bad == NULL ? p : bad;
    }
    if (!book.is_whole) {
        say("TAMPERED: the export is cut or damaged at byte {a}, behind {b} whole entries",
            "已被篡改：导出文件在第 {a} 字节处被截断或损坏，此前有 {b} 条完整记录", book.broken_at,
            book.leaf_count, "");
    } else if (book.order_at != UINT64_MAX) {
        say("TAMPERED: at place {a} stands the entry numbered {b}: entries were removed, added or "
            "moved there",
            "已被篡改：第 {a} 号位置上是第 {b} 号记录：此处有记录被删、增或调换", book.order_at,
            book.order_seq, "");
    } else if (book.form_at != UINT64_MAX && head->fits && book.form_at < head->size) {
        say("cannot judge: entry {a} is signed, but in a form that this verifier does not know",
            "无法判断：第 {a} 号记录确在签署之内，但本程序不识其格式", book.form_at, 0, "");
        end(UNREADABLE);
    } else if (book.form_at != UINT64_MAX) {
        say("TAMPERED: entry {a} is not in the form in which entries are written",
            "已被篡改：第 {a} 号记录不符合规定的写法", book.form_at, 0, "");
    } else if (book.edge.size < head->size) {
        say("TAMPERED: the export has {a} entries, the checkpoint {b}: the tail was cut or entries "
            "were removed",
            "已被篡改：导出文件有 {a} 条，检查点为 {b} 条：尾部被截或有记录被删", book.edge.size,
            head->size, "");
    } else if (!head->fits) {
        say("TAMPERED: the first {a} entries are not those that {f} signs: at least one was "
            "changed, removed, added or moved",
            "已被篡改：前 {a} 条不是 {f} 所签的记录：至少有一条被改、删、增或调换", head->size, 0,
            head->path);
    } else if (bad != NULL) {
        say("TAMPERED: fork: the first {a} entries are not those of {f}: history was rewritten "
            "after it was signed",
            "已被篡改：日志分叉：前 {a} 条与 {f} 不符，签署之后历史被改写", bad->size, 0,
            bad->path);
    } else {
        return;
    }
    end_where(good, bad);
}

/* Faults beside the entries. */
static void judge_rest(void)
{
    if (book.value_at != UINT64_MAX) {
        say("TAMPERED: the value of field {b} shown for entry {a} is not what the entry commits to",
            "已被篡改：第 {a} 号记录字段 {b} 所示的值不是该记录承诺的值", book.value_at,
            book.value_field, "");
    } else if (book.stray_at != UINT64_MAX) {
        say("TAMPERED: value {a} of the export is named by no entry",
            "已被篡改：导出文件第 {a} 个值没有任何记录提及", book.stray_at, 0, "");
    } else if (!book.is_closed || le(book.file.ptr + 36, 8) != book.leaf_count) {
        say("TAMPERED: the entries are those signed, but head, values or closing digest of the "
            "export were changed or damaged",
            "已被篡改：各条记录与签署一致，但导出文件的首部、值或末尾摘要被改动或损坏", 0, 0, "");
    } else {
        return;
    }
    end(TAMPERED);
}

static void run_log(const char *path)
{
    const point *head = &given.points[0];
    export_open(path);
    char id[2 * ID + 1] = "";
    hex_text(book.file.ptr + 20, ID, id);
    if (le(book.file.ptr + 12, 8) != number_at(head->part[P_DISTRICT]) ||
        !is_word(head->part[P_LOG], id) ||
        !is_word(head->part[P_HASH], hash_names[book.file.ptr[10]])) {
        end_with(TAMPERED, "TAMPERED: {f} and the checkpoint are of different logs",
                 "已被篡改：{f} 与检查点不属于同一份日志", 0, path);
    }
    walk();
    judge_entries(head);
    judge_rest();
    say("good: {a} entries are exactly those of the checkpoint", "完好：{a} 条记录与检查点完全一致",
        head->size, 0, "");
    if (book.leaf_count > head->size) {
        say("; {a} later entries are in the export and not covered by the checkpoint",
            "；导出文件另有 {a} 条检查点之后的记录，不在其担保之内", book.leaf_count - head->size,
            0, "");
    }
    if (book.value_count > 0) {
        say("; {a} values fit, {b} of them shown although the log says they were erased",
            "；{a} 个值与承诺相符，其中 {b} 个已记为清除却仍在导出文件中", book.value_good,
            book.value_erased, "");
    }
    for (int i = 0; i < given.point_count; i++) {
        if (!given.points[i].is_reached) {
            say("; {f} has more entries than the export and could not be compared",
                "；{f} 的条数多于导出文件，无法比对", 0, 0, given.points[i].path);
        }
    }
}

/* ---- one entry with its proof ---- */

static void run_inclusion(const char *leaf_path, const char *proof_path)
{
    const point *p = &given.points[0];
    bytes src = file_map(leaf_path);
    bytes proof = file_map(proof_path);
    char text[PROOF_TEXT_MAX + 1] = "";
    const char *at[2];
    leaf l;
    memcpy(text, proof.ptr, proof.len <= PROOF_TEXT_MAX ? proof.len : 0);
    const char *line = match(text, "lijian-inclusion 1\nseq @#\nsize @#\n", at);
    if (!leaf_take(src, &l) || line == NULL || strlen(text) != proof.len) {
        end_with(UNREADABLE, "{f} or the entry is not in the form in which these are written",
                 "{f} 或记录不符合规定的写法", 0, proof_path);
    }
    uint64_t fn = number_at(at[0]);
    uint64_t sn = number_at(at[1]);
    hash_use(is_word(p->part[P_HASH], "sm3") ? "sm3" : "sha256");
    bool fits = fn == le(l.at[T_SEQ], 8) && sn == p->size && fn < sn--;
    digest r = leaf_hash(src);
    for (const char *next; fits && *line != '\0'; line = next) { /* RFC 9162 2.1.3.2 */
        digest node;
        next = match(line, "+\n", NULL);
        fits = next != NULL && sn != 0 && base64_take(line, node.b, DIGEST) == DIGEST;
        if (fits && ((fn & 1) != 0 || fn == sn)) {
            r = node_hash(&node, &r);
            for (; (fn & 1) == 0 && fn != 0; fn >>= 1) {
                sn >>= 1;
            }
        } else if (fits) {
            r = node_hash(&r, &node);
        }
        fn >>= 1;
        sn >>= 1;
    }
    if (!fits || sn != 0 || memcmp(r.b, p->root.b, DIGEST) != 0) {
        end_with(TAMPERED, "TAMPERED: {f} does not lead from this entry to the checkpoint",
                 "已被篡改：按 {f} 由该记录推不出检查点的根值", 0, proof_path);
    }
    say("good: entry {a} is in the log of {b} entries that the checkpoint signs",
        "完好：第 {a} 号记录在检查点所签的 {b} 条记录之中", number_at(at[0]), p->size, "");
}

/* ---- showing entries ---- */

static void show_time(int64_t seconds, bool is_day)
{
    char text[64] = "";
    time_t at = (time_t)seconds;
    struct tm parts = {.tm_mday = 1};
    (void)gmtime_r(&at, &parts);
    (void)strftime(text, sizeof(text), is_day ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%S", &parts);
    fputs(text, stdout);
}

/* What a terminal could obey is shown as a point. */
static void show_value(const uint8_t *value, size_t len)
{
    if (value[0] == 1 && len == 9) {
        printf(" = %lld", (long long)le(value + 1, 8));
    } else if (value[0] == 2) {
        fputs(" = \"", stdout);
        for (size_t i = 1; i < len; i++) {
            bool is_c1 = value[i] < 0xA0 && value[i - 1] == 0xC2;
            putchar(value[i] < 32 || value[i] == 127 || is_c1 ? '.' : value[i]);
        }
        putchar('"');
    } else {
        printf(" = %zu bytes", len - 1);
    }
}

static void show_leaf(const leaf *l, bool has_detail)
{
    static const char *const kinds[KIND_LAST + 1] = {"",        "change",     "signed",  "erasure",
                                                     "account", "checkpoint", "import",  "opening",
                                                     "export",  "key",        "setting", "session"};
    uint64_t at = le(l->at[T_AT], 8);
    char hex[2 * DIGEST + 1] = "";
    printf("%llu ", (unsigned long long)le(l->at[T_SEQ], 8));
    show_time((int64_t)(at / 1000), false);
    printf(".%03dZ %s", (int)(at % 1000), kinds[*l->at[T_KIND]]);
    for (size_t tag = T_BY; tag < T_COMMITMENTS; tag++) {
        size_t len = field_lens[tag];
        if (l->at[tag] == NULL) {
            continue;
        }
        printf(" %s ", field_names[tag]);
        if (tag == T_HAPPENED_ON) {
            show_time((int64_t)(int32_t)le(l->at[tag], 4) * 86400, true);
        } else if (len > 8) {
            hex_text(l->at[tag], len, hex);
            printf("%.*s", (int)(2 * len), hex);
        } else {
            printf("%llu", (unsigned long long)le(l->at[tag], len));
        }
    }
    printf(" commitments %zu\n", l->commitment_count);
    const uint8_t *c = l->at[T_COMMITMENTS];
    for (size_t i = 0; has_detail && i < l->commitment_count; i++, c += COMMITMENT) {
        const uint8_t *item = value_lookup(c + 2);
        hex_text(c + 2, DIGEST, hex);
        printf("    field %llu commitment %s", (unsigned long long)le(c, 2), hex);
        if (item != NULL) {
            show_value(item + VALUE_HEAD, (size_t)le(item + VALUE_HEAD - 4, 4));
        }
        putchar('\n');
    }
}

/* wanted: place of one entry, or UINT64_MAX for all. Judges the form only. */
static _Noreturn void run_show(const char *path, uint64_t wanted)
{
    int status = GOOD;
    size_t pos = HEAD;
    export_open(path);
    export_index();
    if (wanted != UINT64_MAX && wanted >= book.leaf_count) {
        end_with(UNREADABLE, "there is no such entry in {f}", "{f} 中没有该号记录", 0, path);
    }
    for (uint64_t i = 0; i < book.leaf_count; i++) {
        bytes src = {book.file.ptr + pos + 3, (size_t)le(book.file.ptr + pos + 1, 2)};
        leaf l;
        pos += 3 + src.len;
        if (wanted != UINT64_MAX && wanted != i) {
            continue;
        }
        if (leaf_take(src, &l)) {
            show_leaf(&l, wanted != UINT64_MAX);
        } else {
            say("entry {a} is not in the form in which entries are written\n",
                "第 {a} 号记录不符合规定的写法\n", i, 0, "");
            status = TAMPERED;
        }
    }
    out.has_said = false;
    if (!book.is_whole) {
        end_with(TAMPERED, "TAMPERED: the export is cut or damaged at byte {a}",
                 "已被篡改：导出文件在第 {a} 字节处被截断或损坏", book.broken_at, "");
    }
    end(status);
}

/* ---- the command line ---- */

int main(int argc, char **argv)
{
    const char *words[4] = {"", "", "", ""};
    int count = 0;
    const char *all = getenv("LC_ALL");
    const char *lang = all != NULL && *all != '\0' ? all : getenv("LANG");
    out.zh = lang != NULL && strncmp(lang, "zh", 2) == 0;
    for (int i = 1; i < argc; i++) {
        bool has_next = i + 1 < argc;
        if (strcmp(argv[i], "--zh") == 0 || strcmp(argv[i], "--en") == 0) {
            out.zh = argv[i][2] == 'z';
        } else if (strcmp(argv[i], "--key") == 0 && has_next && given.key_count < KEYS_MAX) {
            key_load(argv[++i]);
        } else if (strcmp(argv[i], "--older") == 0 && has_next && given.point_count < POINTS_MAX) {
            given.points[given.point_count++].path = argv[++i];
        } else if (argv[i][0] != '-' && count < 4) {
            words[count++] = argv[i];
        } else {
            count = 5;
        }
    }
    bool is_number = words[2][strspn(words[2], "0123456789")] == '\0' && strlen(words[2]) <= 18;
    if (strcmp(words[0], "show") == 0 && (count == 2 || (count == 3 && is_number))) {
        run_show(words[1], count == 3 ? number_at(words[2]) : UINT64_MAX);
    } else if (strcmp(words[0], "log") == 0 && count == 3) {
        points_load(words[2]);
        run_log(words[1]);
    } else if (strcmp(words[0], "inclusion") == 0 && count == 4 && given.point_count == 1) {
        points_load(words[3]);
        run_inclusion(words[1], words[2]);
    } else {
        end_with(
            UNREADABLE,
            "use: lijian-verify log EXPORT CHECKPOINT [--key PUBKEY]... [--older "
            "CHECKPOINT]... | inclusion LEAF PROOF CHECKPOINT [--key PUBKEY]... | show "
            "EXPORT [N]; --zh or --en",
            "用法：lijian-verify log 导出文件 检查点 [--key 公钥]... [--older 较早检查点]... | "
            "inclusion 记录 证明 检查点 [--key 公钥]... | show 导出文件 [号]；--zh 或 --en",
            0, "");
    }
    if (given.key_count == 0) {
        say("; the signature was NOT checked (no --key)", "；未核对签名（没有给出 --key）", 0, 0,
            "");
    }
    end(GOOD);
}
