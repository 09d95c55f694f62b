#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Keeping a ledger, with the programs as a user runs them. Usage: keep.sh LIJIAND KEEP_TOOL sqlite|postgres
# PostgreSQL: under tests/pg_cluster.sh.
set -u
lijiand=$1
tool=$2
engine=$3
work=$(mktemp -d /tmp/lijian-keep.XXXXXX) || exit 70
server=""
writer=""
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
    [ -z "$writer" ] || kill "$writer" 2>/dev/null
    [ ! -d "$work/small" ] || umount "$work/small" 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 70' INT TERM
cd "$work" || exit 70

count=0
failed=0
ok() { # NAME STATUS
    count=$((count + 1))
    if [ "$2" -eq 0 ]; then
        echo "ok $count - keep_${engine}__$1"
    else
        failed=$((failed + 1))
        echo "not ok $count - keep_${engine}__$1"
        sed 's/^/# /' out 2>/dev/null | tail -n 20
    fi
}
skip() { count=$((count + 1)); echo "ok $count - keep_${engine}__$1 # SKIP $2"; }
run() { timeout 300 "$lijiand" "$@" --lang en >out 2>&1; }
says() { grep -q -- "$1" out; }

# A fresh database: a name in db, "" for SQLite.
fresh=0
new_db() {
    db=""
    [ "$engine" = postgres ] || return 0
    fresh=$((fresh + 1))
    base="keep_$fresh"
    "$tool" sql "$LIJIAN_POSTGRES" "CREATE DATABASE $base" >/dev/null || exit 70
    db=$(printf %s "$LIJIAN_POSTGRES" | sed "s|///postgres?|///$base?|")
}
with_db() { if [ -n "$db" ]; then run "$@" --db "$db"; else run "$@"; fi; }
place_of() { if [ -n "$db" ]; then echo "$db"; else echo "$1/ledger.db"; fi; }

# ---- a ledger with something in it ----
new_db
with_db init --data d; ok makes_a_ledger $?
main_db=$db
# shellcheck disable=SC2086
"$tool" fill d 300 && "$tool" attach d "bytes of a scan" >name && "$tool" attach d "bytes of another" >name2
ok has_records_and_attachments $?
run check --data d; ok a_whole_ledger_is_good $?
run check --data d; says "attachments: good (2)"; ok check_counts_attachments $?

# ---- backup, restore ----
run backup b.ljb --data d; ok backup $?
[ "$(stat -c %a b.ljb)" = 600 ]; ok a_backup_is_secret $?
cp b.ljb before; run backup b.ljb --data d; [ $? -eq 70 ] && cmp -s b.ljb before; ok backup_overwrites_nothing $?
new_db
with_db restore b.ljb --data r; ok restore $?
says "every row as saved" && says "root as signed" && says "2 restored"; ok restore_says_what_it_proved $?
run check --data r; ok a_restored_ledger_is_good $?
run export e1 --data d && run export e2 --data r && cmp -s e1 e2; ok a_restored_ledger_has_the_same_rows $?
cmp -s d/keys/hash.key r/keys/hash.key && cmp -s d/keys/seal.pem r/keys/seal.pem && cmp -s "d/$(cat name)" "r/$(cat name)"
ok keys_and_attachments_come_back $?
run restore b.ljb --data r; [ $? -eq 70 ] && says "not empty"; ok restore_into_a_used_folder_is_refused $?
run check --data r; ok and_changes_nothing $?
mkdir empty; new_db; with_db restore b.ljb --data empty/; ok restore_into_an_empty_folder $?
run serve --once --listen 127.0.0.1:0 --data r; ok a_restored_ledger_serves $?
if [ "$engine" = postgres ]; then
    db=$main_db; with_db restore b.ljb --data other; [ $? -eq 70 ] && [ ! -e other ]; ok restore_into_a_used_database_is_refused $?
fi

# ---- between the engines ----
run restore b.ljb --data lite; ok restore_into_sqlite $?
run export e3 --data lite && cmp -s e1 e3; ok export_is_the_same_from_sqlite $?
new_db
with_db import e1 --data i && run export e4 --data i && cmp -s e1 e4; ok import_and_export_again_is_the_same $?
run import e1 --data i2 && run export e5 --data i2 && cmp -s e1 e5; ok import_into_sqlite_is_the_same $?
run import e1 --data i; [ $? -eq 70 ] && says "not empty"; ok import_into_a_used_folder_is_refused $?
head -c 3000 e1 >cut; run import cut --data i3; [ $? -eq 70 ] && [ ! -e i3 ] && [ ! -e i3.making ]; ok a_cut_export_makes_nothing $?

# ---- damaged backups ----
size=$(stat -c %s b.ljb)
status=0
for len in 0 1 7 8 9 10 11 15 40 100 1000 5000 $((size / 2)) $((size - 38)) $((size - 37)) $((size - 36)) $((size - 33)) $((size - 1)); do
    head -c "$len" b.ljb >bad
    run restore bad --data x
    [ $? -eq 70 ] && [ ! -e x ] && [ ! -e x.making ] || { status=1; echo "# cut at $len"; }
done
ok a_cut_backup_is_refused $status
status=0
at=0
while [ "$at" -lt "$size" ]; do
    cp b.ljb bad; "$tool" flip bad "$at"
    run restore bad --data x
    [ $? -eq 70 ] && [ ! -e x ] && [ ! -e x.making ] || { status=1; echo "# bit at $at"; }
    if [ "$at" -lt 30 ] || [ "$at" -ge $((size - 40)) ]; then at=$((at + 1)); else at=$((at + size / 40)); [ "$at" -lt $((size - 40)) ] || at=$((at < size - 40 ? at : at > size - 1 ? size : at)); fi
done
ok a_flipped_bit_is_refused $status
cat b.ljb cut >bad; run restore bad --data x; [ $? -eq 70 ] && [ ! -e x ]; ok a_backup_with_a_tail_is_refused $?

# ---- a full disk ----
mkdir small
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=64k none small 2>/dev/null; then
    run backup small/b.ljb --data d; [ $? -eq 70 ] && [ -z "$(ls small)" ]; ok a_full_disk_leaves_nothing $?
    umount small
else
    skip a_full_disk_leaves_nothing "no tmpfs here"
fi

# ---- beside a writer and a server ----
if [ "$engine" = sqlite ]; then cp -r d w; else
    new_db; with_db restore b.ljb --data w
fi
(while :; do "$lijiand" user reset sys --data w >/dev/null 2>&1; done) &
writer=$!
status=0
for i in 1 2 3 4 5; do
    rm -rf wr wb.ljb; run backup wb.ljb --data w || status=1
    run restore wb.ljb --data wr || status=1
    run check --data w || status=1
done
kill "$writer"; wait "$writer" 2>/dev/null; writer=""
ok backup_and_check_beside_a_writer $status
sleep 1
"$lijiand" serve --listen 127.0.0.1:0 --data w --lang en >served 2>&1 &
server=$!
i=0; while [ $i -lt 100 ] && ! grep -q serves served; do sleep 0.1; i=$((i + 1)); done
rm -f wb.ljb; run backup wb.ljb --data w && run check --data w; ok backup_and_check_beside_a_server $?
kill "$server"; wait "$server" 2>/dev/null; server=""

# ---- every lie is found and named ----
lie() { # NAME SQL WORDS: on a copy
    rm -rf l
    if [ "$engine" = sqlite ]; then cp -r d l; db=""; else new_db; with_db restore b.ljb --data l >/dev/null; fi
    "$tool" sql "$(place_of l)" "$2" || { ok "$1" 1; return; }
    run check --data l
    [ $? -eq 70 ] && says "$3"; ok "$1" $?
}
lie an_edited_row_is_found "UPDATE notice SET title = 'Other' WHERE title = 'Notice 7'" "Notice [0-9a-f-]* version 1, Title: the record is not what"
lie a_deleted_row_is_found "DELETE FROM notice WHERE title = 'Notice 7'" "the record was deleted"
lie a_deleted_entry_is_found "DELETE FROM audit_leaf WHERE seq = 20" "entry 20: an entry of the log is missing"
lie a_deleted_last_entry_is_found "DELETE FROM audit_leaf WHERE seq = (SELECT max(seq) FROM audit_leaf)" "log entries: 1 faults"
lie a_changed_node_is_found "UPDATE audit_node SET hash = (SELECT hash FROM audit_node WHERE level = 0 AND idx = 3) WHERE level = 2 AND idx = 1" "log entries: 1 faults"
lie an_exchanged_salt_is_found "UPDATE value SET salt = (SELECT salt FROM value ORDER BY commitment DESC LIMIT 1) WHERE commitment = (SELECT commitment FROM value ORDER BY commitment LIMIT 1)" "stored value is not the one"
lie a_deleted_value_is_found "DELETE FROM value WHERE commitment = (SELECT commitment FROM value ORDER BY commitment LIMIT 1)" "no entry says that it was erased"
lie a_deleted_version_is_found "DELETE FROM version WHERE tag = 1 AND record = (SELECT id FROM notice WHERE title = 'Notice 7')" "commitments are not those"
lie a_deleted_history_is_found "DELETE FROM moved WHERE record = (SELECT id FROM notice WHERE title = 'Notice 7')" "the log has this version"
lie another_actor_is_found "UPDATE moved SET by_account = record WHERE record = (SELECT id FROM notice WHERE title = 'Notice 7')" "not what its entry of the log says"
lie a_moved_pointer_is_found "UPDATE moved SET leaf = leaf - 1 WHERE record = (SELECT id FROM notice WHERE title = 'Notice 7')" "not what its entry of the log says"
rm -rf l; cp -r d l
rm "l/$(cat name)"; run check --data l; [ $? -eq 70 ] && says "$(cat name) is missing"; ok a_missing_attachment_is_found $?
echo x >>"l/$(cat name2)"; run check --data l; [ $? -eq 70 ] && says "$(cat name2) is damaged"; ok a_damaged_attachment_is_found $?
run backup lb.ljb --data l; [ $? -eq 70 ] && says "missing or damaged 2"; ok a_backup_says_what_is_lacking $?
new_db; with_db restore lb.ljb --data lr; [ $? -eq 70 ] && says "already when saved: 2" && [ -e lr/config ] && [ -z "$(ls lr/files)" ]
ok a_restore_says_it_too $?
echo x >d/files/stray; run check --data d; [ $? -eq 0 ] && says "of no record: files/stray"; ok an_orphan_is_named $?
rm d/files/stray

# ---- an older database ----
rm -rf o; mkdir o; cp -r d/keys d/files o/; sed '/^db /d' d/config >o/config
new_db
"$tool" older "$(place_of o)" 16 || ok older 1
if [ "$engine" = sqlite ]; then
    run serve --once --listen 127.0.0.1:0 --data o; [ $? -eq 70 ] && says "lijiand migrate"; ok an_older_database_is_not_served $?
    run migrate --data o; ok migrate $?
    says "backup before it: .*backup-before-[0-9]*.ljb" && says "applied: 0017"; ok migrate_says_what_it_did $?
    run restore "$(echo o/backup-before-*.ljb)" --data back; [ $? -eq 0 ] && says "database of version 16"; ok the_way_back $?
    run migrate --data back; ok and_forth_again $?
else
    with_db migrate --data o; [ $? -eq 70 ] && says "pg_dump"; ok migrate_wants_pg_dump $?
    with_db migrate --data o --saved; [ $? -eq 0 ] && says "applied: 0017"; ok migrate $?
fi
with_db migrate --data o; [ $? -eq 0 ] && says "newest version"; ok migrate_twice_is_nothing $?
[ "$(ls o | grep -c backup-before)" -le 1 ]; ok nothing_to_do_makes_no_backup $?

# ---- killed in the middle ----
"$tool" fill d 3000; run backup big.ljb --data d
status=0
i=0
while [ $i -lt 8 ]; do
    new_db; rm -rf k
    if [ -n "$db" ]; then "$lijiand" restore big.ljb --data k --db "$db" >/dev/null 2>&1 &
    else "$lijiand" restore big.ljb --data k >/dev/null 2>&1 & fi
    killed=$!
    sleep "0.$((i / 10))$((i % 10))5"
    kill -9 "$killed" 2>/dev/null; wait "$killed" 2>/dev/null
    if [ -e k ]; then run check --data k || status=1
    else
        run serve --once --listen 127.0.0.1:0 --data k && status=1
        new_db; with_db restore big.ljb --data k || status=1
    fi
    i=$((i + 1))
done
ok a_killed_restore_leaves_nothing_that_serves $status

echo "1..$count"
[ "$failed" -eq 0 ]
