/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The local names of elements that the office readers know, as numbers: one list for all parts, so
 * that a part may be of any kind. Namespaces do not matter (ECMA-376 strict and transitional, and
 * whatever an editor invented, read alike). */
#ifndef LJ_FORMATS_OOXML_OPC_NAMES_H
#define LJ_FORMATS_OOXML_OPC_NAMES_H

/* The tool would nest the rows ever deeper. */
/* clang-format off */
#define OPC_NAMES(X)                                                                              \
    /* packages and properties */                                                                 \
    X(Types) X(Relationships) X(Relationship) X(coreProperties) X(Properties) X(property)         \
    /* text, in WordprocessingML and DrawingML alike */                                           \
    X(p) X(pPr) X(r) X(rPr) X(t) X(br) X(cr) X(tab) X(ptab) X(sym) X(noBreakHyphen) X(fld)        \
    X(ruby) X(rt) X(AlternateContent) X(Choice) X(Fallback) X(docPr) X(cNvPr) X(txbxContent)      \
    /* word: parts */                                                                             \
    X(document) X(glossaryDocument) X(hdr) X(ftr) X(footnotes) X(endnotes) X(comments) X(styles)  \
    X(settings) X(numbering) X(fonts) X(footnote) X(endnote) X(comment) X(background)             \
    /* word: paragraphs and runs */                                                               \
    X(pStyle) X(rStyle) X(jc) X(ind) X(spacing) X(shd) X(b) X(i) X(color) X(sz) X(highlight)      \
    X(rFonts) X(vanish) X(specVanish) X(webHidden) X(w) X(strike) X(dstrike) X(textFill)          \
    X(rPrChange) X(pPrChange) X(sectPrChange) X(tblPrChange) X(tcPrChange) X(trPrChange)          \
    X(delText) X(instrText) X(delInstrText) X(fldSimple) X(fldChar) X(del) X(moveFrom)            \
    X(hyperlink) X(bookmarkStart) X(tbl) X(tr) X(tc) X(tcPr) X(gridSpan) X(sdt) X(sdtPr)          \
    X(sdtContent) X(alias) X(tag) X(listItem) X(listEntry) X(helpText) X(statusText) X(docVar)    \
    X(lvlText) X(docPart) X(name) X(anchor) X(positionH) X(positionV) X(posOffset) X(extent)      \
    /* word: styles */                                                                            \
    X(style) X(basedOn) X(docDefaults) X(rPrDefault) X(pPrDefault) X(latentStyles) X(tblStylePr)  \
    /* VML */                                                                                     \
    X(rect) X(roundrect) X(oval) X(group) X(inline) X(wsp) X(textOutline) X(glow) X(shadow)       \
    X(xml) X(shape) X(textpath) X(textbox) X(ClientData)                                          \
    /* DrawingML */                                                                               \
    X(sp) X(pic) X(cxnSp) X(grpSp) X(graphicFrame) X(spPr) X(grpSpPr) X(xfrm) X(off) X(ext)       \
    X(chOff) X(chExt) X(txBody) X(solidFill) X(noFill) X(gradFill) X(blipFill) X(pattFill)        \
    X(srgbClr) X(schemeClr) X(sysClr) X(prstClr) X(alpha) X(latin) X(ea) X(ln) X(bodyPr)          \
    X(defRPr) X(endParaRPr) X(lstStyle) X(effectLst) X(chartSpace) X(dataModel) X(drawing) X(v)   \
    X(pt) X(strCache) X(numCache) X(formatCode) X(tx) X(rich) X(title) X(tcTxStyle)               \
    /* theme */                                                                                   \
    X(theme) X(clrScheme) X(dk1) X(lt1) X(dk2) X(lt2) X(accent1) X(accent2) X(accent3)            \
    X(accent4) X(accent5) X(accent6) X(hlink) X(folHlink)                                         \
    /* sheets */                                                                                  \
    X(workbook) X(worksheet) X(chartsheet) X(dialogsheet) X(macrosheet) X(sst) X(styleSheet)      \
    X(sheets) X(sheet) X(definedName) X(fileSharing) X(si) X(rPh) X(sheetData) X(row) X(c) X(f)   \
    X(is) X(cols) X(col) X(sheetFormatPr) X(headerFooter) X(oddHeader) X(oddFooter)               \
    X(evenHeader) X(evenFooter) X(firstHeader) X(firstFooter) X(dataValidation) X(formula1)       \
    X(formula2) X(formula) X(cfRule) X(table) X(tableColumn) X(calculatedColumnFormula)           \
    X(externalLink) X(sheetName) X(sheetNames) X(cell) X(author) X(text) X(commentList)           \
    X(ThreadedComments) X(threadedComment) X(personList) X(person) X(wsDr) X(from) X(numFmts)     \
    X(numFmt) X(font) X(fill) X(fills) X(patternFill) X(gradientFill) X(fgColor) X(bgColor)       \
    X(cellXfs) X(cellStyleXfs) X(xf) X(alignment) X(cellStyle) X(dxfs) X(rFont) X(s) X(charset)   \
    X(pivotCacheDefinition) X(pivotCacheRecords)                                                  \
    /* presentations */                                                                           \
    X(presentation) X(sldSz) X(sldId) X(section) X(custShow) X(sld) X(notes) X(sldMaster)         \
    X(sldLayout) X(notesMaster) X(handoutMaster) X(cmLst) X(cm) X(cmAuthorLst) X(cmAuthor)        \
    X(tagLst) X(ph) X(bg) X(bgPr) X(bgRef) X(clrMap) X(nvPr) X(reply)                             \
    /* what other readers do better */                                                            \
    X(html) X(svg) X(package) X(wordDocument)                                                     \
    /* flat packages */                                                                           \
    X(part) X(xmlData) X(binaryData)                                                              \
    /* Word 2003 */                                                                               \
    X(DocumentProperties) X(CustomDocumentProperties) X(annotation) X(binData)                    \
    /* SpreadsheetML 2003; Style, Font, Row, Cell also in drawings of Visio */                    \
    X(Workbook) X(Worksheet) X(NamedRange) X(Style) X(Font) X(Interior) X(NumberFormat)           \
    X(Alignment) X(Column) X(Row) X(Cell) X(Data) X(Comment) X(Header) X(Footer) X(Visible)       \
    /* Visio */                                                                                   \
    X(VisioDocument) X(Pages) X(Page) X(PageContents) X(Masters) X(Master) X(MasterContents)      \
    X(Shape) X(Text) X(Section) X(Comments) X(Icon)
/* clang-format on */

typedef enum opc_name {
#define OPC_NAME_ENUM(name) OPC_##name,
    OPC_NAMES(OPC_NAME_ENUM)
#undef OPC_NAME_ENUM
        OPC_NAME_COUNT
} opc_name;

#endif
