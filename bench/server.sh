#!/bin/sh
# Timed runs of the server (`make bench-server`). Usage: bench/server.sh BUILD-DIR [ROW...]
#   S1 to S10, see README.md. Data is made once per seed below build/bench-server/ (10 years: about 1 M entries of the log, 1.5 GB).
#   SEED=42, SECONDS_OF_MIX=60, PRIORITY="nice -n -19" for a machine that others use, PLACE=a folder for the data.
# Prints a line a row, and the tables behind it into PLACE/tables. A number is the best of three, unless the row says otherwise.
set -eu
build=$(cd "$1" && pwd)
shift
rows=" $* "
here=$(cd "$(dirname "$0")" && pwd)
seed=${SEED:-42}
seconds=${SECONDS_OF_MIX:-60}
place=${PLACE:-$here/../build/bench-server}
pri=${PRIORITY:-}
mkdir -p "$place/tables"
place=$(cd "$place" && pwd)
data=$build/bench/server_data
load=$build/bench/server_load
lijiand=$build/src/programs/lijiand
verify=$build/src/programs/lijian-verify
socket=$place/http.sock
server=""

wanted() {
    [ "$rows" != "  " ] || return 0
    for id; do
        case $rows in *" $id "*) return 0 ;; esac
    done
    return 1
}
ms() { date +%s%N | cut -c1-16; } # microseconds
row() { # row ID NAME VALUE GOAL WORD
    printf '%-5s %-58s %12s   goal %-12s %s\n' "$1" "$2" "$3" "$4" "$5"
}
judge() { # judge VALUE RELATION GOAL
    awk -v a="$1" -v r="$2" -v b="$3" 'BEGIN {print ((r == "<=" ? a <= b : a >= b) ? "reached" : "missed")}'
}

# made YEARS: its folder.
made() {
    dir=$place/data-$seed-$1
    if [ ! -f "$dir/complete" ]; then
        rm -rf "$dir"
        "$data" make "$dir" "$1" "$seed" >"$place/made-$seed-$1" 2>"$place/making"
        touch "$dir/complete"
    fi
    echo "$dir"
}
stop() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    server=""
}
trap stop EXIT

# up YEARS [SESSIONS]: a fresh copy is served; a run never changes what the next one measures.
up() {
    stop
    from=$(made "$1")
    rm -rf "$place/run"
    cp -r "$from" "$place/run"
    "$data" sessions "$place/run" "${2:-300}" >"$place/sessions"
    serve "$place/run"
}
serve() {
    $pri "$lijiand" serve --data "$1" --quiet --listen "unix:$socket" >"$place/log" 2>&1 &
    server=$!
    until curl -sf --unix-socket "$socket" http://localhost/healthz >/dev/null 2>&1; do
        kill -0 "$server" || { cat "$place/log"; exit 70; }
        sleep 0.02
    done
}
pages() { $pri "$load" pages "$socket" "$place/sessions" "${2:-100}" >"$place/tables/pages-$1"; }
of_page() { # the best tenth, ms; or bytes
    awk -F'|' -v n="$2" -v c="${3:-}" '{gsub(/ +$/, "", $1)} $1 == n {print (c == "bytes" ? $4 : $2) + 0}' "$place/tables/pages-$1"
}

echo "$(date +%F), $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), $(nproc) processors, load $(cut -d' ' -f1-3 /proc/loadavg)"

ten=$(made 10)
cat "$place/made-$seed-10"

if wanted S1; then
    best=""
    for i in 1 2 3; do
        up 10
        $pri "$load" mix "$socket" "$place/sessions" 200 "$seconds" >"$place/tables/mix-$i" || true
        # how long the server's threads were ready to run and had no processor
        cat "/proc/$server/task/"*/schedstat | awk '{r += $1; w += $2} END {
            printf "processor: ran %.2f s, waited for one %.2f s\n", r / 1e9, w / 1e9}' >>"$place/tables/mix-$i"
        got=$(sed -n 's/^worst p99 \([0-9.]*\) ms.*/\1/p' "$place/tables/mix-$i")
        if [ -z "$best" ] || [ "$(judge "$got" '<=' "$best")" = reached ]; then
            best=$got
            cp "$place/tables/mix-$i" "$place/tables/mix"
        fi
    done
    row S1 "worst p99 of 40 calls, 200/s, 10 % changes, 10 years, ms" "$best" "20" "$(judge "$best" '<=' 20)"
    row S1 "$(grep '^all reads' "$place/tables/mix")" "" "-" ""
    row S1 "$(grep '^all changes' "$place/tables/mix")" "" "-" ""
    row S1 "$(tail -1 "$place/tables/mix")" "" "-" ""
fi
if wanted S2; then
    up 10
    pages 10 20
    ours=0
    fixed=0
    for i in 1 2 3; do
        out=$($pri "$load" flood "$socket" "$place/sessions" task 16 3)
        n=$(echo "$out" | sed 's/task: \([0-9]*\).*/\1/')
        [ "$n" -le "$ours" ] || ours=$n
    done
    bytes=$(of_page 10 task bytes)
    stop
    rm -f "$place/life"
    mkfifo "$place/life" 2>/dev/null || true
    $pri "$load" fixed "$socket" "$((bytes - 300))" <"$place/life" &
    server=$!
    exec 8>"$place/life"
    sleep 0.5
    for i in 1 2 3; do
        out=$($pri "$load" flood "$socket" "$place/sessions" fixed 16 3)
        n=$(echo "$out" | sed 's/fixed: \([0-9]*\).*/\1/')
        [ "$n" -le "$fixed" ] || fixed=$n
    done
    exec 8>&-
    wait "$server" || true
    server=""
    ratio=$(awk -v a="$ours" -v b="$fixed" 'BEGIN {printf "%.2f", a / b}')
    row S2 "record reads/s $ours, a fixed body $fixed/s: ratio" "$ratio" "0.50" "$(judge "$ratio" '>=' 0.5)"
fi
if wanted S3 S7 S8; then
    for years in 1 10; do
        up "$years"
        pages "$years"
    done
fi
if wanted S3; then
    home=$(awk -v a="$(of_page 10 overview)" -v b="$(of_page 10 'duties of the district')" 'BEGIN {print a + b}')
    row S3 "home of the leader: duties and overview, ms" "$home" "10" "$(judge "$home" '<=' 10)"
    home=$(of_page 10 "duties of an officer")
    row S3 "home of an officer: duties, ms" "$home" "10" "$(judge "$home" '<=' 10)"
fi
if wanted S4; then
    best=999999
    up 10
    for i in 1 2 3 4 5; do
        stop
        rm -f "$socket"
        begun=$(ms)
        $pri "$lijiand" serve --data "$place/run" --quiet --listen "unix:$socket" >"$place/log" 2>&1 &
        server=$!
        until curl -sf --unix-socket "$socket" http://localhost/healthz >/dev/null 2>&1; do sleep 0.005; done
        took=$((($(ms) - begun) / 1000))
        [ "$took" -ge "$best" ] || best=$took
    done
    row S4 "cold start on 10 years, start to the first 200, ms" "$best" "200" "$(judge "$best" '<=' 200)"
fi
if wanted S5; then
    up 10 300
    got=$($pri "$load" hold "$socket" "$place/sessions" "$server")
    rss=$(echo "$got" | sed 's/.*VmRSS:[^0-9]*\([0-9]*\) kB.*/\1/' | awk '{printf "%.0f", $1 / 1024}')
    row S5 "memory with $(wc -l <"$place/sessions") sessions and connections, MiB" "$rss" "128" "$(judge "$rss" '<=' 128)"
fi
if wanted S6; then
    best=""
    for i in 1 2 3; do
        stop
        rm -rf "$place/run"
        cp -r "$ten" "$place/run"
        got=$($pri "$data" import "$place/run" 20000)
        both=$(echo "$got" | sed 's/.*preview \([0-9.]*\) s  commit \([0-9.]*\) s.*/\1 \2/')
        if [ -z "$best" ] || [ "$(judge "${both#* }" '<=' "${best#* }")" = reached ]; then best=$both; fi
    done
    row S6 "import of 20,000 persons, preview ${best% *} s, commit, s" "${best#* }" "3" "$(judge "${best#* }" '<=' 3)"
fi
if wanted S7; then
    for name in "tasks, first page" "tasks, deep page" "notices, first page" "units, first page" task "history of a task" \
        "duties of an officer" "receipts of a notice" "tasks, own" "persons of a unit" overview matrix; do
        a=$(of_page 1 "$name")
        b=$(of_page 10 "$name")
        ratio=$(awk -v a="$a" -v b="$b" 'BEGIN {printf "%.2f", b / a}')
        row S7 "$name: 1 year $a, 10 years $b ms" "$ratio" "1.20" "$(judge "$ratio" '<=' 1.2)"
    done
fi
if wanted S8; then
    for years in 0.1 1 10; do
        up "$years"
        pages "s$years" 50
        stop
        each=$($pri "$data" commit "$place/run" 500 | sed 's/.*each \([0-9]*\) us.*/\1/')
        entries=$(sed 's/.*entries \([0-9]*\) .*/\1/' "$place/made-$seed-$years")
        row S8 "$entries entries: page of 50 tasks $(of_page "s$years" 'tasks, first page') ms, of 200 $(of_page "s$years" 'tasks, 200 rows') ms, a commit, us" "$each" "-" ""
    done
fi
if wanted S9; then
    up 10
    token=$(awk '$1 == "audit_admin" {print $3; exit}' "$place/sessions")
    point=$(curl -sf --unix-socket "$socket" -H "Cookie: lijian_session=$token" http://localhost/api/v1/log/checkpoint)
    begun=$(ms)
    curl -sf --unix-socket "$socket" -H "Cookie: lijian_session=$token" -o "$place/log.ljlog" http://localhost/api/v1/log/export
    # shellcheck disable=SC2059 # \n of the JSON text become lines
    printf "$(printf '%s' "$point" | sed 's/^{"text":"//; s/"}$//; s/%/%%/g')" >"$place/point"
    export_s=$(awk -v us=$(($(ms) - begun)) 'BEGIN {printf "%.2f", us / 1e6}')
    row S9 "export of the log, $(stat -c %s "$place/log.ljlog") bytes, s" "$export_s" "-" ""
    best=""
    for i in 1 2 3; do
        begun=$(ms)
        $pri "$verify" log "$place/log.ljlog" "$place/point" >"$place/tables/verify"
        took=$(awk -v us=$(($(ms) - begun)) 'BEGIN {printf "%.2f", us / 1e6}')
        if [ -z "$best" ] || [ "$(judge "$took" '<=' "$best")" = reached ]; then best=$took; fi
    done
    row S9 "lijian-verify log on it, s" "$best" "3" "$(judge "$best" '<=' 3)"
    [ -f "$place/tables/pages-10" ] || pages 10
    got=$(of_page 10 "inclusion proof")
    row S9 "inclusion proof, ms" "$got" "1" "$(judge "$got" '<=' 1)"
fi
if wanted S10 && [ -n "${LIJIAN_POSTGRES:-}" ]; then
    stop
    dir=$place/data-pg
    rm -rf "$dir"
    "$data" make "$dir" "${PG_YEARS:-0.3}" "$seed" "$LIJIAN_POSTGRES" >"$place/made-pg" 2>"$place/making"
    "$data" sessions "$dir" 300 >"$place/sessions"
    serve "$dir"
    $pri "$load" mix "$socket" "$place/sessions" 200 "$seconds" >"$place/tables/mix-pg" || true
    got=$(sed -n 's/^worst p99 \([0-9.]*\) ms.*/\1/p' "$place/tables/mix-pg")
    row S10 "S1 on PostgreSQL, $(sed 's/  seconds.*//' "$place/made-pg"), ms" "$got" "20" "$(judge "$got" '<=' 20)"
fi
