#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# For developers: what other readers see in the documents of the corpus that ours does not. Each file that is not encrypted is
# given to the peers of its kind, and their text is compared with ours line by line (tests/e2e/readers.c says how). The table of
# docs/readers.md is made by it. Not part of `make test`: packaging/deps.sh peers installs the peers (LibreOffice and others).
# Usage: tests/e2e/readers.sh [--again] [ENDING...]     ENDING: only files of these endings (doc xls); LIJIAN_CORPUS: the corpus
# --again: only ours is read anew, what the peers said is taken from the last run.
# Writes below build/readers: text/ (what the peers said), files.tsv (a row per file and peer: kind, path, peer, lines, misses,
# misses that a second peer of the file sees as well, our format, our gaps), misses.tsv (path, peer, backed by a second peer or
# alone, line; the first 40 of a file), table.md.
# Peers that are not installed are passed over. Each runs with limits on time and memory, LibreOffice with a profile of its own.
set -eu
cd "$(dirname "$0")/../.."
corpus=${LIJIAN_CORPUS:-../shared/corpus}
[ -f "$corpus/INDEX.tsv" ] || { echo "readers: no corpus at $corpus"; exit 66; }
corpus=$(cd "$corpus" && pwd)
[ -f build/release/build.ninja ] || { echo "readers: first make release"; exit 69; }
ninja -C build/release --quiet tests/e2e/readers >build/readers-build.log || { cat build/readers-build.log; exit 69; }
out=$PWD/build/readers
tab=$(printf '\t')
again=no
[ "${1:-}" != --again ] || { again=yes; shift; }
wanted=" ${*:-doc xls ppt rtf odt ods odp docx xlsx pptx xlsb ofd vsdx html pdf} "
[ "$again" = yes ] || rm -rf "$out"
mkdir -p "$out/text" "$out/in" "$out/odf"

# number, ending, path of each file that is wanted
awk -F '\t' -v OFS='\t' -v corpus="$corpus" -v wanted="$wanted" 'NR > 1 && $5 != "encrypted" {
    ending = tolower($1)
    if (!sub(/.*[.]/, "", ending)) next
    if (ending == "htm") ending = "html"
    if (ending ~ /^xlt[xm]?$/) ending = ending == "xlt" ? "xls" : "xlsx"
    if (index(wanted, " " ending " ")) print ++n, ending, corpus "/" $1
}' "$corpus/INDEX.tsv" >"$out/list.tsv"

if [ "$again" = no ]; then cp "$out/list.tsv" "$out/peers.tsv"; else : >"$out/peers.tsv"; fi

# peer NAME COMMAND...: the text of $path as NAME sees it, when it could read it
peer() {
    name=$1
    shift
    command -v "$1" >/dev/null || return 0
    if (
        # shellcheck disable=SC3045 # dash and bash have it
        ulimit -v 4000000
        exec timeout 20 "$@"
    ) </dev/null >"$out/text/$no.$name" 2>/dev/null && [ -s "$out/text/$no.$name" ]; then
        printf '%s\t%s\t%s\t%s\n' "$path" "$ending" "$name" "$out/text/$no.$name" >>"$out/rows.tsv"
    else
        rm -f "$out/text/$no.$name"
    fi
}

# Tags off, the five entities and the commonest references decoded.
export STRIP='s/<[^>]*>//g;s/&lt;/</g;s/&gt;/>/g;s/&quot;/"/g;s/&apos;/'"'"'/g;s/&#\(10\|13\|x0*[aAdD]\);/ /g;s/&nbsp;/ /g;s/&amp;/\&/g'

# What a program works out anew is cut out: page numbers, dates, names of files.
export FIELDS='s/<\(text:\(page-number\|page-count\|date\|time\|file-name\|sheet-name\)\|presentation:date-time\)[ >][^<]*<[^>]*>/\n<text:p >/g'
export BLANKS='s/<\(text:s\|text:tab\|w:tab\)[ \/][^>]*>\|<text:line-break\/>\|<w:br[^>]*>\|<a:br[^>]*>/ /g'

# Parts of a ZIP without tags: $1 file, $2 pattern of their names, $3 the elements that hold text; what is no text inside them
# is dropped before (places of drawings, codes of fields).
# shellcheck disable=SC2016 # the inner shell expands them
members='unzip -Z1 "$1" | grep -E "$2" | sed "s/[][*?\\\\]/\\\\&/g" | while IFS= read -r part; do unzip -p "$1" "$part"; echo; done |
    tr "\r\n" "  " | sed -e "s/<wp[0-9]*:[^>]*>[^<]*<\/wp[^>]*>//g" -e "s/<w:instrText[^>]*>[^<]*<\/w:instrText>//g" \
        -e "$FIELDS" -e "$BLANKS" -e "s/<\($3\)[ >]/\n&/g" -e "s/<\/\($3\)>/\n/g" |
    grep "^<\($3\)[ >]" | sed "$STRIP"'

# The paragraphs of a flat OpenDocument file; of sheets and slides only of its body (styles hold examples).
# shellcheck disable=SC2016
flat='case $1 in *.fodt) cat "$1" ;; *) sed -n "/<office:body/,\$p" "$1" ;; esac |
    sed -e "$FIELDS" -e "$BLANKS" -e "s/<text:[ph][ >]/\n&/g" -e "s/<\/text:[ph]>/\n/g" |
    grep "^<text:[ph][ >]" | sed "$STRIP"'

# shellcheck disable=SC2016
unrtf='unrtf --quiet --text "$1" | grep -v "^###"'

# Sends numbered copies of the files with these endings through LibreOffice in batches; what a batch leaves is tried in smaller ones.
# FILTER [INFILTER] -- ENDING...
office() {
    filter=$1 from=
    [ "$2" = -- ] || { from=--infilter=$2; shift; }
    shift 2
    printf ' %s ' "$@" >"$out/endings"
    awk -F '\t' -v endings="$(cat "$out/endings")" 'index(endings, " " $2 " ")' "$out/list.tsv" |
        while IFS=$tab read -r no ending path; do
            cp "$path" "$out/in/$no.$ending"
        done
    # shellcheck disable=SC2016
    convert='limit=$1 filter=$2 out=$3 from=$4
        shift 4
        timeout "$limit" soffice "-env:UserInstallation=file://$out/profile" --headless ${from:+"$from"} --convert-to "$filter" --outdir "$out/odf" "$@" || :'
    for batch in 25 5 1; do
        for file in "$out/in"/*; do
            base=${file##*/}
            [ ! -f "$file" ] || [ -f "$out/odf/${base%.*}.$filter" ] || echo "$file"
        done | xargs -r -n "$batch" sh -c "$convert" sh $((20 + 4 * batch)) "$filter" "$out" "$from" >>"$out/office.log" 2>&1
    done
    rm -f "$out/in"/*
}
if [ "$again" = no ] && command -v soffice >/dev/null; then
    office fodt -- doc docx rtf odt
    office fodt 'HTML (StarWriter)' -- html
    office fods -- xls xlsx xlsb ods
    office fodp -- ppt pptx odp
fi

while IFS=$tab read -r no ending path; do
    case $ending in
    doc)
        peer antiword antiword -w 0 -m UTF-8.txt "$path"
        peer catdoc catdoc -w -d utf-8 "$path"
        ;;
    xls) peer xls2csv xls2csv -q0 -d utf-8 -c "$tab" "$path" ;;
    ppt) peer catppt catppt -d utf-8 "$path" ;;
    rtf) peer unrtf sh -c "$unrtf" sh "$path" ;;
    docx) peer unzip sh -c "$members" sh "$path" '^word/((document|header|footer|comments)[0-9]*|footnotes|endnotes)[.]xml$' 'w:p' ;;
    xlsx) peer unzip sh -c "$members" sh "$path" '^xl/(sharedStrings|comments[0-9]*)[.]xml$' 'si\|text' ;;
    pptx) peer unzip sh -c "$members" sh "$path" '^ppt/(slides|notesSlides)/[^/]*[.]xml$' 'a:p' ;;
    odt | ods | odp) peer unzip sh -c "$members" sh "$path" '^(content|styles)[.]xml$' 'text:[ph]' ;;
    ofd) peer unzip sh -c "$members" sh "$path" '/Content[.]xml$|/Annotation[^/]*[.]xml$' 'ofd:TextCode' ;;
    vsdx) peer unzip sh -c "$members" sh "$path" '^visio/pages/page[0-9]*[.]xml$' 'Text' ;;
    pdf) peer pdftotext pdftotext -q "$path" - ;;
    esac
    for file in "$out/odf/$no".fod[tsp]; do
        [ ! -f "$file" ] || peer soffice sh -c "$flat" sh "$file"
    done
done <"$out/peers.tsv"
rm -rf "$out/odf" "$out/in" "$out/profile"

build/release/tests/e2e/readers <"$out/rows.tsv" | awk -F '\t' -v out="$out" -v corpus="$corpus" '
    { sub("\t" corpus "/", "\t") }
    $1 == "file" { sub(/^file\t/, ""); print >(out "/files.tsv") }
    $1 == "miss" { sub(/^miss\t/, ""); print >(out "/misses.tsv") }'

# Per kind and peer: files and lines compared (where we have a reader), lines missed, files with misses.
awk -F '\t' '
{
    key = $1 "\t" $3
    if ($8 ~ /(^| )no_reader/) { unread[key]++; next }
    files[key]++
    lines[key] += $4
    misses[key] += $5
    backed[key] += $6
    with[key] += $5 > 0
}
END {
    for (key in unread) if (!(key in files)) files[key] = 0
    for (key in files)
        print key "\t" files[key] "\t" lines[key] + 0 "\t" misses[key] + 0 "\t" backed[key] + 0 "\t" with[key] + 0 "\t" unread[key] + 0
}' "$out/files.tsv" | LC_ALL=C sort | awk -F '\t' '
BEGIN {
    print "| kind | peer | files | lines | not in ours | of these seen by a second peer | files with such lines | no reader of ours |"
    print "| --- | --- | --- | --- | --- | --- | --- | --- |"
}
{ printf "| %s | %s | %s | %s | %s | %s | %s | %s |\n", $1, $2, $3, $4, $5, $6, $7, $8 }' >"$out/table.md"
cat "$out/table.md"
