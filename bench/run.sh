#!/bin/sh
# Makes the data, the table of commands, and runs bench. Usage: bench/run.sh BUILD-DIR LIJIAN CORPUS [ROW...]
set -eu
build=$(cd "$1" && pwd)
lijian=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
corpus=$(cd "$3" && pwd)
shift 3
here=$(cd "$(dirname "$0")" && pwd)
data=$build/bench-data
mkdir -p "$data"
"$build/bench/make_data" "$corpus" "$data"

# The PDFs of P7 are those that neither side refuses: no bombs, no encrypted ones (B.1 rule 3); their pages are counted once.
if [ ! -s "$data/pages" ]; then
    rm -rf "$data/pdf"
    mkdir -p "$data/pdf"
    pages=0
    for file in "$corpus"/pdfjs/pdfs/*.pdf; do
        count=$(timeout 10 pdfinfo "$file" 2>/dev/null | awk '/^Pages:/ {print $2}')
        [ -n "$count" ] || continue
        timeout 10 pdftotext -q "$file" /dev/stdout >/dev/null 2>&1 || continue
        cp "$file" "$data/pdf/"
        pages=$((pages + count))
    done
    echo "$pages" >"$data/pages"
fi
pages=$(cat "$data/pages")

cat >"$data/pdftotext.sh" <<END
for file in $data/pdf/*.pdf; do pdftotext -q "\$file" $data/out.txt; done
END
scan="$lijian scan --quiet"
utf8=$(stat -c %s "$data/big.u8")
gb=$(stat -c %s "$data/big.gb")
mb() { awk -v b="$1" 'BEGIN {printf "%.1f", b / 1e6}'; }
cat >"$data/table" <<END
# id | unit | amount | goal | ours | peer | what
P1 | MB | $(mb "$utf8") | 0.4 | $build/bench/examine_bench --repeat 1 $data/big.u8 > $data/o1 | rg -j1 -c '(绝密|机密|秘密)[★☆*]' $data/big.u8 > $data/p1 | UTF-8 text, marks only, one process without file hashes
P1h | MB | $(mb "$utf8") | 0.2 | rm -rf $data/r1; $scan $data/big.u8 --out $data/r1 --jobs 1 | rg -j1 -c '(绝密|机密|秘密)[★☆*]' $data/big.u8 > $data/p1 | UTF-8 text, the whole scan with SHA-256, sandbox, records
P3 | MB | $(mb "$gb") | 2 | rm -rf $data/r3; $scan $data/big.gb --out $data/r3 --jobs 1 | rg -j1 -E gb18030 -c '(绝密|机密|秘密)[★☆*]' $data/big.gb > $data/p3 | GB18030 text, not declared to us, declared to rg
P3i | MB | $(mb "$gb") | 3 | rm -rf $data/r3; $scan $data/big.gb --out $data/r3 --jobs 1 | iconv -f GB18030 -t UTF-8 $data/big.gb > $data/p3i | the same against iconv alone
P7 | pages | $pages | 2 | rm -rf $data/r7; $scan $data/pdf --out $data/r7 --jobs 1 | sh $data/pdftotext.sh | PDF pages, one worker against pdftotext one file at a time
P10 | files | 100000 | 0.25 | rm -rf $data/r10; $scan $data/tiny --out $data/r10 | rg --no-ignore -j1 -c 机密 $data/tiny > $data/p10 | tiny files with SHA-256 and sandbox, two workers
P12 | files | 100000 | 0.67 | $scan $data/tiny --out $data/r12 | find $data/tiny -type f -printf '%s %T@ %i\n' > $data/p12 | rescan of unchanged files
P13 | files | 1556 | 0 | rm -rf $data/r13; $scan $corpus --out $data/r13 --jobs 2 | true | memory: peak of the whole tree over the corpus, at most 64 + 2 x 256 MiB
END
rm -rf "$data/r12"
$scan "$data/tiny" --out "$data/r12" || true
# Physical limits of this machine, printed beside the table (scanner-aims B.2).
probe() {
    start=$(date +%s%N)
    sh -c "$2"
    end=$(date +%s%N)
    awk -v n="$1" -v ns=$((end - start)) -v b="$3" -v u="$4" 'BEGIN {printf "limit: %-34s %8.3f s  %10.1f %s/s\n", n, ns / 1e9, b / (ns / 1e9), u}'
}
probe "page cache to user, big.u8" "cat $data/big.u8 > $data/cat.out" "$(mb "$utf8")" MB
rm -f "$data/cat.out"
probe "SHA-256, big.u8" "openssl dgst -sha256 $data/big.u8 > /dev/null" "$(mb "$utf8")" MB
probe "directory and stat, tiny" "find $data/tiny -type f -printf '%s %T@ %i\n' > $data/p12" 100000 files
"$build/bench/bench" "$data/table" "$@"
