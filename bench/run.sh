#!/bin/sh
# Makes the data, the table of commands, and runs bench. Usage: bench/run.sh BUILD-DIR LIJIAN CORPUS [ROW...]
# Rows that are no pair of commands have a script of their own: P16 resume.sh, P17 gentle.sh, PF formats.sh. P11M (a million
# files, 5 GB of disk) runs only when it is named.
set -eu
build=$(cd "$1" && pwd)
lijian=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
corpus=$(cd "$3" && pwd)
shift 3
rows=" $* "
here=$(cd "$(dirname "$0")" && pwd)
data=$build/bench-data
mkdir -p "$data"

# wanted ID...: was one of the rows named, or none at all?
wanted() {
    [ "$rows" != "  " ] || return 0
    for id; do
        case $rows in *" $id "*) return 0 ;; esac
    done
    return 1
}

million=""
case $rows in *" P11M "*) million=million ;; esac
# shellcheck disable=SC2086 # none or one word
"$build/bench/make_data" "$corpus" "$data" $million

# The PDFs of P7 and P8 are those that neither side refuses: no bombs, no encrypted ones (B.1 rule 3); their pages are counted once.
if wanted P7 P8 && [ ! -s "$data/pages" ]; then
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
pages=$(cat "$data/pages" 2>/dev/null || echo 0)

# The office part of the corpus: documents, sheets, slides and messages of POI, laws in office formats.
if [ ! -f "$data/office/complete" ]; then
    rm -rf "$data/office"
    mkdir -p "$data/office/law"
    for folder in document spreadsheet slideshow hsmf; do
        cp -r "$corpus/poi/$folder" "$data/office/"
    done
    for folder in doc docx odt rtf; do
        cp -r "$corpus/law/$folder" "$data/office/law/"
    done
    : >"$data/office/complete"
fi
office_files=$(find "$data/office" -type f | wc -l)
office_mb=$(find "$data/office" -type f -printf '%s\n' | awk '{n += $1} END {printf "%.1f", n / 1e6}')

# One rule for clamscan: 机密 in UTF-8. A configuration for recollindex: its own folder, all that it has helpers for.
printf 'Mark.Level:0:*:e69cbae5af86\n' >"$data/one.ndb"
mkdir -p "$data/recoll"
printf 'topdirs = %s\n' "$data/office" >"$data/recoll/recoll.conf"
cat >"$data/pdftotext.sh" <<END
for file in $data/pdf/*.pdf; do pdftotext -q "\$file" $data/out.txt; done
END
cat >"$data/mutool.sh" <<END
for file in $data/pdf/*.pdf; do mutool draw -q -F txt -o $data/out.txt "\$file"; done
END
scan="$lijian scan --quiet"
# Files with a hit in the results of ours.
found() { echo "grep -c '\"mark\":' $1/results.jsonl"; }
ten=""
for i in 00 01 02 03 04 05 06 07 08 09; do ten="$ten $data/tiny/$i"; done
utf8=$(stat -c %s "$data/big.u8")
gb=$(stat -c %s "$data/big.gb")
mb() { awk -v b="$1" 'BEGIN {printf "%.1f", b / 1e6}'; }
cat >"$data/table" <<END
# id | unit | amount | goal | ours | peer | what | hits
P1 | MB | $(mb "$utf8") | 0.4 | $build/bench/examine_bench --repeat 1 $data/big.u8 > $data/o1 | rg -j1 -c '(绝密|机密|秘密)[★☆*]' $data/big.u8 > $data/p1 | UTF-8 text, marks only, one process without file hashes
P1h | MB | $(mb "$utf8") | 0.2 | rm -rf $data/r1; $scan $data/big.u8 --out $data/r1 --jobs 1 | rg -j1 -c '(绝密|机密|秘密)[★☆*]' $data/big.u8 > $data/p1 | UTF-8 text, the whole scan with SHA-256, sandbox, records
P3 | MB | $(mb "$gb") | 2 | rm -rf $data/r3; $scan $data/big.gb --out $data/r3 --jobs 1 | rg -j1 -E gb18030 -c '(绝密|机密|秘密)[★☆*]' $data/big.gb > $data/p3 | GB18030 text, not declared to us, declared to rg
P3i | MB | $(mb "$gb") | 3 | rm -rf $data/r3; $scan $data/big.gb --out $data/r3 --jobs 1 | iconv -f GB18030 -t UTF-8 $data/big.gb > $data/p3i | the same against iconv alone
P4 | files | $office_files | 50 | rm -rf $data/r4; $scan $data/office --out $data/r4 --jobs 2 | recollindex -c $data/recoll -z > $data/p4 2>&1 | office files ($office_files files, $office_mb MB), goal for memory 0.125 | $(found "$data/r4"); recollq -c $data/recoll -b 机密 2>/dev/null | wc -l
P5 | files | $office_files | 8 | rm -rf $data/r4; $scan $data/office --out $data/r4 --jobs 2 | clamscan -r -i -d $data/one.ndb $data/office > $data/p5 | the same ($office_mb MB) against clamscan with one rule | $(found "$data/r4"); grep -c FOUND $data/p5
P6 | files | $office_files | 0.5 | rm -rf $data/r4; $scan $data/office --out $data/r4 --jobs 2 | ugrep -r -z --zmax=2 -l 机密 $data/office > $data/p6 2> $data/p6e | the same ($office_mb MB) against ugrep, which sees raw bytes only | $(found "$data/r4"); wc -l < $data/p6
P7 | pages | $pages | 2 | rm -rf $data/r7; $scan $data/pdf --out $data/r7 --jobs 1 | sh $data/pdftotext.sh | PDF pages, one worker against pdftotext one file at a time
P8 | pages | $pages | 10 | rm -rf $data/r7; $scan $data/pdf --out $data/r7 --jobs 1 | sh $data/mutool.sh > $data/p8 2>&1 | PDF pages, one worker against mutool draw one file at a time
P9 | files | 100000 | 8 | rm -rf $data/r10; $scan $data/tiny --out $data/r10 | clamscan -r -i -d $data/one.ndb $data/tiny > $data/p9 | tiny files against clamscan with one rule | $(found "$data/r10"); grep -c FOUND $data/p9
P10 | files | 100000 | 0.25 | rm -rf $data/r10; $scan $data/tiny --out $data/r10 | rg --no-ignore -j1 -c 机密 $data/tiny > $data/p10 | tiny files with SHA-256 and sandbox, two workers | $(found "$data/r10"); wc -l < $data/p10
P11 | files | 100000:1000 | 0.87 | rm -rf $data/r11; $scan $data/tiny --out $data/r11 | rm -rf $data/r11; $scan $data/tiny/00 --out $data/r11 | growth: 100,000 files against 1,000, both ours; goal for memory 1.10
P11t | files | 100000:10000 | 0.87 | rm -rf $data/r11; $scan $data/tiny --out $data/r11 | rm -rf $data/r11; $scan $ten --out $data/r11 | growth: 100,000 files against 10,000, both ours; goal for memory 1.10
P11r | files | 100000:1000 | 0 | rg --no-ignore -j1 -c 机密 $data/tiny > $data/p11 | rg --no-ignore -j1 -c 机密 $data/tiny/00 > $data/p11 | for comparison: rg itself, 100,000 files against 1,000
P12 | files | 100000 | 0.67 | $scan $data/tiny --out $data/r12 | find $data/tiny -type f -printf '%s %T@ %i\n' > $data/p12 | rescan of unchanged files
P13 | files | $(find "$corpus" -type f | wc -l) | 0 | rm -rf $data/r13; $scan $corpus --out $data/r13 --jobs 2 | true | memory: peak of the whole tree over the corpus, at most 64 + 2 x 256 MiB
END
[ -z "$million" ] || cat >>"$data/table" <<END
P11M | files | 1000000:1000 | 0.87 | rm -rf $data/r11; $scan $data/million --out $data/r11 | rm -rf $data/r11; $scan $data/tiny/00 --out $data/r11 | growth: 1,000,000 files against 1,000, both ours; goal for memory 1.10
END
if wanted P12; then
    rm -rf "$data/r12"
    $scan "$data/tiny" --out "$data/r12" || true
fi
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
if wanted P16; then "$here/resume.sh" "$lijian" "$data" "$data/office" "$data/tiny"; fi
if wanted P17; then "$here/gentle.sh" "$lijian" "$data" "$corpus"; fi
if wanted PF; then "$here/formats.sh" "$build/bench/examine_bench" "$lijian" "$data" "$corpus"; fi
