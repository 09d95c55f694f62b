/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "programs/data_dir.h"

#include "base/num.h"
#include "base/os.h"
#include "store/migrate.h"

enum {
    CONFIG_MAX = 4096,
    LOAD_ROOM = 192 * 1024, /* lj_os_load reads in steps of 64 KiB */
    ARENA_MAX = 64 * 1024 * 1024,
    HASH_KEY_LEN = 32
};

/* ---- config: lines "name value" ---- */
static void put_line(lj_buf *dst, const char *name, int64_t value)
{
    lj_buf_put_cstr(dst, name);
    lj_buf_put_u8(dst, ' ');
    lj_buf_put_dec(dst, (uint64_t)value);
    lj_buf_put_u8(dst, '\n');
}

static lj_code write_file(int dir, const char *name, lj_slice bytes, lj_err *err)
{
    int fd = -1;
    lj_code code = lj_os_create_file(dir, name, LJ_OS_FRESH, &fd, err);
    if (code == LJ_OK) {
        code = lj_os_write(fd, bytes, err);
    }
    if (code == LJ_OK) {
        code = lj_os_sync(fd, err);
    }
    lj_os_close(fd);
    return code;
}

lj_code data_config_write(int dir, const data_config *config, lj_arena *arena, lj_err *err)
{
    lj_buf text;
    lj_buf_init(&text, arena, CONFIG_MAX);
    lj_buf_put_cstr(&text, "lijiand 1\n");
    put_line(&text, "district", config->district);
    put_line(&text, "suite", config->suite);
    put_line(&text, "classified", config->is_classified ? 1 : 0);
    put_line(&text, "demo", config->is_demo ? 1 : 0);
    if (config->db[0] != '\0') {
        lj_buf_put_cstr(&text, "db ");
        lj_buf_put_cstr(&text, config->db);
        lj_buf_put_u8(&text, '\n');
    }
    return write_file(dir, "config", lj_buf_slice(&text), err);
}

static bool read_num(lj_slice text, int64_t *out)
{
    int64_t num = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || i > 9) {
            return false;
        }
        num = num * 10 + (text.ptr[i] - '0');
    }
    *out = num;
    return text.len > 0;
}

static bool read_line(lj_slice name, lj_slice value, data_config *out)
{
    int64_t num = 0;
    if (lj_slice_is(name, LJ_BYTES("db")) && value.len < sizeof out->db) {
        memcpy(out->db, value.ptr, value.len);
        out->db[value.len] = '\0';
        return true;
    }
    if (!read_num(value, &num)) {
        return false;
    }
    if (lj_slice_is(name, LJ_BYTES("lijiand"))) {
        return num == 1;
    }
    if (lj_slice_is(name, LJ_BYTES("district"))) {
        out->district = num;
        return num > 0;
    }
    if (lj_slice_is(name, LJ_BYTES("suite"))) {
        out->suite = (seal_hash)num;
        return seal_hash_name(out->suite) != NULL;
    }
    if (lj_slice_is(name, LJ_BYTES("classified"))) {
        out->is_classified = num != 0;
        return num <= 1;
    }
    out->is_demo = num != 0;
    return lj_slice_is(name, LJ_BYTES("demo")) && num <= 1;
}

lj_code data_config_read(lj_slice text, data_config *out, lj_err *err)
{
    *out = (data_config){0};
    lj_slice rest = text;
    while (rest.len > 0) {
        size_t end = lj_slice_find(rest, LJ_BYTES("\n"));
        size_t blank = lj_slice_find(rest, LJ_BYTES(" "));
        if (end == SIZE_MAX || blank > end ||
            !read_line(lj_slice_part(rest, 0, blank),
                       lj_slice_part(rest, blank + 1, end - blank - 1), out)) {
            return lj_fail(err, LJ_E_FORMAT, text.len - rest.len, "a line of config is not valid");
        }
        rest = lj_slice_part(rest, end + 1, rest.len);
    }
    return LJ_OK;
}

static lj_code read_config(int dir, lj_arena *arena, data_config *out, lj_err *err)
{
    lj_buf text;
    lj_buf_init(&text, arena, LOAD_ROOM);
    lj_code code = lj_os_load(dir, "config", CONFIG_MAX, &text, err);
    if (code != LJ_OK) {
        return code == LJ_E_NOT_FOUND
                   ? lj_fail(err, LJ_E_NOT_FOUND, UINT64_MAX, "this is no data folder of lijiand")
                   : code;
    }
    return data_config_read(lj_buf_slice(&text), out, err);
}

/* ---- keys ---- */
static lj_code load_keys(data_dir *dir, uint8_t hash_key[HASH_KEY_LEN], lj_err *err)
{
    lj_buf bytes;
    lj_buf_init(&bytes, dir->arena, LOAD_ROOM);
    lj_code code = lj_os_load(dir->fd, "keys/hash.key", CONFIG_MAX / 2, &bytes, err);
    if (code == LJ_OK && bytes.len != HASH_KEY_LEN) {
        code = lj_fail(err, LJ_E_FORMAT, UINT64_MAX, "keys/hash.key has not 32 bytes");
    }
    if (code == LJ_OK) {
        memcpy(hash_key, bytes.ptr, HASH_KEY_LEN);
        code = seal_key_load(dir->fd, "keys/seal.pem", &dir->key, err);
    }
    return code;
}

static lj_code make_seal_key(const data_origin *origin, seal_key *out, lj_err *err)
{
    uint8_t seed[32];
    if (origin == NULL) {
        return seal_key_make(SEAL_SM2, out, err);
    }
    origin->random(origin->random_ctx, seed, sizeof seed);
    return seal_key_from_seed(seed, out, err);
}

static lj_code make_keys(data_dir *dir, const data_origin *origin, lj_err *err)
{
    uint8_t hash_key[HASH_KEY_LEN];
    if (origin != NULL) {
        origin->random(origin->random_ctx, hash_key, sizeof hash_key);
    } else {
        lj_os_random(hash_key, sizeof hash_key);
    }
    lj_code code = lj_os_make_folder(dir->fd, "keys", err);
    code = code == LJ_OK ? lj_os_make_folder(dir->fd, "files", err) : code;
    code = code == LJ_OK
               ? write_file(dir->fd, "keys/hash.key", lj_slice_of(hash_key, sizeof hash_key), err)
               : code;
    seal_key key = {0};
    code = code == LJ_OK ? make_seal_key(origin, &key, err) : code;
    code = code == LJ_OK ? seal_key_save(&key, dir->fd, "keys/seal.pem", err) : code;
    seal_key_done(&key);
    return code;
}

/* ---- opening ---- */
static lj_code open_folder(const char *path, data_dir *out, lj_err *err)
{
    *out = (data_dir){.fd = -1};
    out->arena = lj_arena_new(ARENA_MAX);
    if (out->arena == NULL) {
        return lj_fail(err, LJ_E_NOMEM, UINT64_MAX, "no memory");
    }
    char *real = NULL;
    lj_code code = lj_os_open_folder(LJ_OS_CWD, path, true, &out->fd, err);
    code = code == LJ_OK ? lj_os_real_path(path, out->arena, &real, err) : code;
    if (code == LJ_OK && strlen(real) + 32 > sizeof out->path) {
        code = lj_fail(err, LJ_E_LIMIT, UINT64_MAX, "the path of the data folder is too long");
    }
    if (code == LJ_OK) {
        memcpy(out->path, real, strlen(real) + 1);
    }
    return code;
}

/* create_at: the instant at which it is made; 0: it must be there. */
static lj_code open_store(data_dir *dir, const char *db, data_open_mode mode, int64_t create_at,
                          lj_err *err)
{
    char file[sizeof dir->path + 16];
    const char *place = db != NULL ? db : dir->config.db;
    if (place[0] == '\0') {
        memcpy(file, dir->path, strlen(dir->path));
        memcpy(file + strlen(dir->path), "/ledger.db", sizeof "/ledger.db");
        place = file;
    }
    const store_options options = {.place = place,
                                   .create = create_at != 0,
                                   .read_only = mode == DATA_READ || mode == DATA_LOOK,
                                   .can_be_remade = create_at != 0 && dir->config.is_demo};
    lj_code code = store_open(&options, &dir->db, err);
    store_schema_state state = {0};
    code = code == LJ_OK ? store_schema_of(dir->db, &state, err) : code;
    if (code == LJ_OK && state.have < state.want && mode != DATA_LOOK) {
        uint32_t applied = 0;
        code =
            create_at != 0 || mode == DATA_UPGRADE
                ? store_migrate(dir->db, create_at != 0 ? create_at : lj_os_now_ms(), &applied, err)
                : lj_fail(err, LJ_E_UNSUPPORTED, UINT64_MAX,
                          "the database is of an older version: run `lijiand migrate`");
    }
    return code;
}

static lj_code open_book(data_dir *dir, const data_origin *origin, lj_err *err)
{
    ledger_config config = {.db = dir->db,
                            .district = dir->config.district,
                            .suite = dir->config.suite,
                            .is_classified = dir->config.is_classified};
    if (origin != NULL) {
        config.random = origin->random;
        config.random_ctx = origin->random_ctx;
    }
    lj_code code = load_keys(dir, config.hash_key, err);
    return code == LJ_OK ? ledger_open(&config, &dir->book, err) : code;
}

lj_code data_dir_open(const char *path, const char *db, data_open_mode mode, data_dir *out,
                      lj_err *err)
{
    lj_code code = open_folder(path, out, err);
    code = code == LJ_OK ? read_config(out->fd, out->arena, &out->config, err) : code;
    int64_t create_at = db != NULL && mode == DATA_UPGRADE ? lj_os_now_ms() : 0;
    code = code == LJ_OK ? open_store(out, db, mode, create_at, err) : code;
    code = code == LJ_OK ? open_book(out, NULL, err) : code;
    if (code != LJ_OK) {
        data_dir_close(out);
    }
    return code;
}

static lj_code check_empty(const data_dir *dir, lj_err *err)
{
    uint64_t room[1024];
    lj_os_dir entries;
    lj_os_entry entry;
    lj_os_dir_init(&entries, dir->fd, (uint8_t *)room, sizeof room);
    if (lj_os_dir_next(&entries, &entry)) {
        return lj_fail(err, LJ_E_CONFLICT, UINT64_MAX, "the data folder is not empty");
    }
    return LJ_OK;
}

static lj_code fill(const data_config *config, const data_origin *origin, data_dir *out,
                    lj_err *err)
{
    out->config = *config;
    lj_code code = make_keys(out, origin, err);
    int64_t at = origin != NULL ? origin->at : lj_os_now_ms();
    code = code == LJ_OK ? open_store(out, NULL, DATA_WRITE, at, err) : code;
    code = code == LJ_OK ? open_book(out, origin, err) : code;
    /* Last: what has no config is no data folder, so half a one is never taken for whole. */
    return code == LJ_OK ? data_config_write(out->fd, config, out->arena, err) : code;
}

lj_code data_dir_make(const char *path, const data_config *config, data_dir *out, lj_err *err)
{
    *out = (data_dir){.fd = -1};
    lj_code code = lj_os_make_folder(LJ_OS_CWD, path, err);
    code = code == LJ_OK ? open_folder(path, out, err) : code;
    code = code == LJ_OK ? check_empty(out, err) : code;
    code = code == LJ_OK ? fill(config, NULL, out, err) : code;
    if (code != LJ_OK) {
        data_dir_close(out);
    }
    return code;
}

lj_code data_dir_fill(const char *path, const data_config *config, const data_origin *origin,
                      data_dir *out, lj_err *err)
{
    *out = (data_dir){.fd = -1};
    lj_code code = open_folder(path, out, err);
    code = code == LJ_OK ? fill(config, origin, out, err) : code;
    if (code != LJ_OK) {
        data_dir_close(out);
    }
    return code;
}

void data_dir_close(data_dir *dir)
{
    ledger_close(dir->book);
    store_close(dir->db);
    seal_key_done(&dir->key);
    if (dir->arena != NULL) {
        lj_os_close(dir->fd);
        lj_arena_free(dir->arena);
    }
    *dir = (data_dir){.fd = -1};
}
