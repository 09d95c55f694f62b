#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# tools/sql.c: what is sound is made, each fault is refused with its place and reason. Prints TAP.
# Usage: sql_tool.sh SQL_TOOL SOURCE_ROOT
tool=$(realpath "$1") first=$(realpath "$2")/src/store/migrations/0001_store.sql
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 70
cp "$first" 0001_store.sql
no=0
status=0

result() { # GOOD NAME
    no=$((no + 1))
    if [ "$1" = yes ]; then
        echo "ok $no - $2"
    else
        echo "not ok $no - $2"
        sed 's/^/# /' out
        status=1
    fi
}

# A table with its columns commented, as most rows below need one.
table='CREATE TABLE thing (\n  id {INT} NOT NULL PRIMARY KEY, -- key\n  label {TEXT} -- any\n) {STRICT};\n'

# bad_migration NAME LINE MESSAGE TEXT: 0002_x.sql with the text is refused, with the message at the line.
bad_migration() {
    printf '%b' "$4" >0002_x.sql
    "$tool" migrations t made.c 0001_store.sql 0002_x.sql >out 2>&1
    if [ $? -eq 65 ] && grep -qF "0002_x.sql:$2: $3" out && [ ! -e made.c ]; then
        result yes "migration: $1"
    else
        result no "migration: $1 (wanted 0002_x.sql:$2: $3)"
    fi
    rm -f made.c
}

# bad_query NAME LINE MESSAGE TEXT: q.sql with the text is refused, beside the table above.
bad_query() {
    printf '%b' "$table" >0002_x.sql
    printf '%b' "$4" >q.sql
    "$tool" queries t made.h made.c --migrations 0001_store.sql 0002_x.sql --queries q.sql >out 2>&1
    if [ $? -eq 65 ] && grep -qF "q.sql:$2: $3" out && [ ! -e made.c ] && [ ! -e made.h ]; then
        result yes "query: $1"
    else
        result no "query: $1 (wanted q.sql:$2: $3)"
    fi
    rm -f made.c made.h
}

# good_query NAME NEEDLE TEXT: is made, and the source holds the needle.
good_query() {
    printf '%b' "$table" >0002_x.sql
    printf '%b' "$3" >q.sql
    if "$tool" queries t made.h made.c --migrations 0001_store.sql 0002_x.sql --queries q.sql >out 2>&1 &&
        tr -d '\n' <made.c | sed 's/"  *"//g; s/=  *"/="/g' | grep -qF "$2"; then
        result yes "query: $1"
    else
        cat made.c >>out
        result no "query: $1 (wanted $2)"
    fi
    rm -f made.c made.h
}

bad_migration "a column without a comment" 2 "a column without a comment" \
    'CREATE TABLE thing (\n  id {INT} NOT NULL PRIMARY KEY\n) {STRICT};\n'
bad_migration "a table that is not STRICT" 1 "table thing: not STRICT" \
    'CREATE TABLE thing (\n  id {INT} NOT NULL PRIMARY KEY -- key\n);\n'
bad_migration "a table without a key" 1 "table thing: no primary key" \
    'CREATE TABLE thing (\n  id {INT} NOT NULL -- key\n) {STRICT};\n'
bad_migration "a key that may be NULL" 1 "table thing: the primary key may be NULL" \
    'CREATE TABLE thing (\n  id {INT} PRIMARY KEY -- key\n) {STRICT};\n'
bad_migration "rows" 1 "table thing: a migration must not add rows" "$table"'INSERT INTO thing VALUES (1, NULL);\n'
bad_migration "a syntax error in its line" 6 'near "tabel"' "$table"'-- more\nCREATE tabel x (a INT);\n'
bad_migration "an unknown type" 2 'unknown datatype for thing.id: "bigint"' \
    '-- x\nCREATE TABLE thing (\n  id bigint NOT NULL PRIMARY KEY -- key\n) {STRICT};\n'
bad_migration "an unknown macro" 2 "no such macro here: {NUMBER}" 'CREATE TABLE thing (\n  id {NUMBER} -- key\n) {STRICT};\n'
bad_migration "a macro of queries" 5 "no such macro here: {LOCK}" "$table"'SELECT 1 {LOCK};\n'
bad_migration "a parameter" 5 "a parameter in a migration: id" "$table"'DELETE FROM thing WHERE id = :id;\n'
bad_migration "an unknown engine" 1 "no such engine: oracle" '-- only: oracle\n-- end\n'
bad_migration "a section without an end" 7 "a section without \`-- end\`" "$table"'-- only: sqlite\nSELECT 1;\n'
bad_migration "a section in a section" 2 "a section inside a section" '-- only: sqlite\n-- only: sqlite\n-- end\n'
bad_migration "an end without a section" 1 "\`-- end\` without a section" '-- end\n'
bad_migration "a quote that is not closed" 1 "a quote is not closed" "SELECT 'a;\n"
bad_migration "letters outside ASCII" 1 "a letter outside ASCII" 'SELECT 值;\n'
bad_migration "a local table that is not there" 1 "\`-- local: cache\` names no table" "-- local: cache\n$table"
bad_migration "a table in capitals" 1 "table Thing: the name must be of lower-case letters" \
    'CREATE TABLE Thing (\n  id {INT} NOT NULL PRIMARY KEY -- key\n) {STRICT};\n'
bad_migration "a link to itself that cannot wait" 1 "table thing: foreign keys in a circle must be DEFERRABLE" \
    'CREATE TABLE thing (\n  id {INT} NOT NULL PRIMARY KEY, -- key\n  up {INT} REFERENCES thing (id) -- parent\n) {STRICT};\n'
bad_migration "strings in double quotes" 5 'no such column: x' "$table"'DELETE FROM thing WHERE label = "x";\n'

printf '%b' "$table" >0001_y.sql
"$tool" migrations t made.c 0001_store.sql 0001_y.sql >out 2>&1
[ $? -eq 65 ] && grep -qF "0001_y.sql:1: migrations must be given in the order of their numbers" out && good=yes || good=no
result "$good" "migration: a number twice"
cp 0001_y.sql 2_y.sql
"$tool" migrations t made.c 0001_store.sql 2_y.sql >out 2>&1
[ $? -eq 65 ] && grep -qF "2_y.sql:1: a migration is called NNNN_what.sql" out && good=yes || good=no
result "$good" "migration: another name"
"$tool" migrations t made.c 0001_store.sql missing.sql >out 2>&1
[ $? -eq 70 ] && grep -qF "cannot read: missing.sql" out && good=yes || good=no
result "$good" "migration: a file that is not there"
"$tool" migrations >out 2>&1
[ $? -eq 64 ] && good=yes || good=no
result "$good" "usage"

bad_query "a column that is not there" 3 "no such column: labl" '-- query: a  out: 1\n\nSELECT labl FROM thing;\n'
bad_query "the line of a fault further down" 4 'near "id"' '-- query: a  out: 1\nSELECT label\nFROM thing\nWEHRE id = 1;\n'
bad_query "a table that is not there" 2 "no such table: things" '-- query: a  out: 1\nSELECT 1 FROM things;\n'
bad_query "an undeclared parameter" 2 "query a: parameter id is not declared" '-- query: a  out: 1\nSELECT :id;\n'
bad_query "an unused parameter" 1 "query a: parameter id is not used (sqlite)" '-- query: a  in: id int  out: 1\nSELECT 1;\n'
bad_query "a parameter that one engine does not use" 1 "query a: parameter id is not used (postgres)" \
    '-- query: a  in: id int  out: 1\n-- only: sqlite\nSELECT :id\n-- end\n-- only: postgres\nSELECT 1\n-- end\n'
bad_query "a parameter only in quotes" 1 "query a: parameter id is not used" "-- query: a  in: id int  out: 1\nSELECT ':id';\n"
bad_query "a parameter twice" 1 "query a: parameter id is declared twice" \
    '-- query: a  in: id int, id text  out: 1\nSELECT :id;\n'
bad_query "an unknown kind" 1 "query a: \`in:\` is a list of NAME int|text|bytes" '-- query: a  in: id uuid  out: 1\nSELECT :id;\n'
bad_query "a list without commas" 1 "query a: \`in:\` is a list of NAME int|text|bytes" \
    '-- query: a  in: id int b int  out: 1\nSELECT :id;\n'
bad_query "too few columns" 1 "query a: 1 columns, \`out:\` says 2" '-- query: a  out: 2\nSELECT 1;\n'
bad_query "columns of a change" 1 "query a: 0 columns, \`out:\` says 1" '-- query: a  out: 1\nDELETE FROM thing;\n'
bad_query "no out" 1 "query a: the head is \`NAME  in: ...  out: N\`" '-- query: a\nSELECT 1;\n'
bad_query "out in words" 1 "query a: \`out:\` is the count of columns, 0 to 128" '-- query: a  out: many\nSELECT 1;\n'
bad_query "a name twice" 3 "query a is at q.sql:1 already" '-- query: a  out: 1\nSELECT 1;\n-- query: a  out: 1\nSELECT 2;\n'
bad_query "a name with capitals" 1 "a query has a name of lower-case letters" '-- query: Abc  out: 1\nSELECT 1;\n'
bad_query "two statements" 3 "query a: more than one statement" '-- query: a  out: 1\nSELECT 1;\nSELECT 2;\n'
bad_query "no statement" 1 "query a: no statement" '-- query: a  out: 1\n-- nothing\n'
bad_query "no statement for one engine" 1 "query a: no statement for postgres" \
    '-- query: a  out: 1\n-- only: sqlite\nSELECT 1\n-- end\n'
bad_query "text before the first head" 1 "text before the first \`-- query:\`" 'SELECT 1;\n-- query: a  out: 1\nSELECT 1;\n'
bad_query "a macro of migrations" 2 "no such macro here: {ROW}" '-- query: a  out: 1\nSELECT {ROW};\n'
bad_query "a comment that is not closed" 2 "a comment is not closed" '-- query: a  out: 1\nSELECT 1 /* x\n'

good_query "parameters are numbered by the head" \
    '.postgres ="SELECT label FROM thing WHERE id = $2 OR label = $1 OR id = $2"' \
    '-- query: a  in: label text, id int  out: 1\nSELECT label FROM thing WHERE id = :id OR label = :label OR id = :id;\n'
good_query "quotes, casts and comments are left alone" \
    ".postgres =\"SELECT 'a :id {INT}' , \$1::int8\"" \
    "-- query: a  in: id int  out: 2\n-- only: postgres\nSELECT 'a :id {INT}' /* :id it's */, :id::int8 -- :id\n-- end\n-- only: sqlite\nSELECT 'x', :id\n-- end\n"
good_query "macros follow the engine" '.postgres ="SELECT CAST(id AS bigint), CAST(label AS text) FROM thing FOR UPDATE"' \
    '-- query: a  out: 2\nSELECT CAST(id AS {INT}), CAST(label AS {TEXT}) FROM thing {LOCK};\n'
good_query "a head over several lines" '.in ="itb"' \
    '-- query: a\n--   in: a int, b text,\n--       c bytes\n--   out: 3\nSELECT :a, :b, :c;\n'
good_query "RETURNING has columns" '.out_count = 2' \
    '-- query: a  in: id int  out: 2\nDELETE FROM thing WHERE id = :id RETURNING id, label;\n'

echo "1..$no"
exit $status
