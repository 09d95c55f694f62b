#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# For developers: what other programs say about the files that a scan could not read in full. Each file with gaps - other than
# encryption, a part of a set, pictures and types without a reader - is given to the peers of its format; a row says the gaps,
# the peer and how it ended. A row that ends with "ok" is to be explained or mended: see "Peers" in tests/README.md.
# Usage: tests/e2e/peers.sh RESULTS.jsonl [PREFIX]     PREFIX: left off from paths in the table
# Columns, tab separated: path, format, our gaps, peer, its result (ok; or exit code and the first line that it complained with).
# Peers that are not installed are passed over. Each runs with limits on time, memory and output, and writes nothing.
set -u
[ $# -ge 1 ] || { sed -n '3,8s/^# //p' "$0"; exit 64; }
results=$1 prefix=${2:-}
tab=$(printf '\t')
note=$(mktemp)
trap 'rm -f "$note"' EXIT

# path, format, gaps of each file with gaps that count
list() {
    awk -v OFS='\t' '
    function field(name,    found) { # the value of a text field; escapes of quotes and backslashes undone
        if (!match($0, "\"" name "\":\"([^\"\\\\]|\\\\.)*\"")) return ""
        found = substr($0, RSTART + length(name) + 4, RLENGTH - length(name) - 5)
        gsub(/\\"/, "\"", found)
        gsub(/\\\\/, "\\", found)
        return found
    }
    /^\{"path":/ {
        path = field("path")
        rest = $0
        if ($0 !~ /"member":/) format[path] = field("format")
        while (match(rest, /\{"cause":"[a-z_]+"(,"(detail|limit)":"[^"]*")?/)) {
            gap = substr(rest, RSTART + 10, RLENGTH - 10)
            rest = substr(rest, RSTART + RLENGTH)
            gsub(/"(,"(detail|limit)":")?/, " ", gap)
            sub(/ +$/, "", gap)
            if (gap ~ /^(encrypted|volume|picture|no_reader)/) continue
            if (!seen[path, gap]++) gaps[path] = gaps[path] (gaps[path] == "" ? "" : ", ") gap
        }
    }
    END { for (path in gaps) print path, format[path], gaps[path] }' "$results" | LC_ALL=C sort
}

# peer NAME COMMAND...: one row
peer() {
    name=$1
    shift
    command -v "$1" >/dev/null || return 0
    status=0
    (
        # shellcheck disable=SC3045 # dash and bash have it
        ulimit -v 4000000
        exec timeout 20 "$@"
    ) </dev/null >/dev/null 2>"$note" || status=$?
    said=$(grep -a -v '^ *$' "$note" | head -n 1 | LC_ALL=C tr -c '\40-\176' ' ' | cut -c 1-90)
    [ "$status" -ne 0 ] || status="ok${said:+, but}"
    printf '%s\t%s\t%s\t%s\t%s\n' "${path#"$prefix"}" "$format" "$gaps" "$name" "$status${said:+ $said}"
}

# The XML parts of an office document, until one is not well-formed; "[" in a name is a pattern to unzip.
# shellcheck disable=SC2016 # the inner shell expands them
parts='unzip -Z1 "$1" >/dev/null || exit 1
unzip -Z1 "$1" | grep -E "[.](xml|rels|vml)$" | sed "s/[][*?]/\\\\&/g" | while IFS= read -r part; do
    unzip -p "$1" "$part" | xmllint --noout --nonet - || exit 1
done'

list | while IFS=$tab read -r path format gaps; do
    case $format in
    zip | docx | xlsx | pptx | vsdx | ofd | odt | ods | odp | epub)
        peer unzip unzip -tqq "$path"
        peer bsdtar bsdtar -xOf "$path"
        peer 7z 7z t -p- "$path"
        case $format in
        zip) ;;
        *) ! command -v xmllint >/dev/null || peer xmllint sh -c "$parts" sh "$path" ;;
        esac
        ;;
    7z | rar | cab | iso | ar | xar | cpio | tar | lzh | compress)
        peer bsdtar bsdtar -xOf "$path"
        peer 7z 7z t -p- "$path"
        ;;
    gz)
        peer gzip gzip -t "$path"
        peer bsdtar bsdtar -xOf "$path"
        ;;
    bz2) peer bzip2 bzip2 -t "$path" ;;
    xz) peer xz xz -t "$path" ;;
    lzma) peer bsdtar bsdtar -xOf "$path" ;;
    zst) peer zstd zstd -qt "$path" ;;
    lz4) peer lz4 lz4 -qt "$path" ;;
    pdf) peer pdftotext pdftotext "$path" - ;;
    xml | svg | wordml | fods) peer xmllint xmllint --noout --huge --nonet "$path" ;;
    *) printf '%s\t%s\t%s\t-\t-\n' "${path#"$prefix"}" "$format" "$gaps" ;;
    esac
done
