/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The local names of elements that the OFD reader knows, as numbers. Namespaces do not matter:
 * prefixes vary, and some producers leave them out. */
#ifndef LJ_FORMATS_OFD_OFD_NAMES_H
#define LJ_FORMATS_OFD_OFD_NAMES_H

/* The tool would nest the rows ever deeper. */
/* clang-format off */
#define OFD_NAMES(X)                                                                              \
    /* roots */                                                                                   \
    X(OFD) X(Document) X(Page) X(Res) X(Annotations) X(PageAnnot) X(Attachments) X(CustomTags)    \
    X(Extensions) X(Signatures) X(Signature) X(DocVersion) X(Encryptions) X(DocEntries)           \
    /* OFD.xml */                                                                                 \
    X(DocBody) X(DocInfo) X(DocRoot) X(CustomData) X(CreationDate) X(ModDate) X(Version)          \
    X(DocID) X(MaxUnitID) X(CreatorVersion) X(DocUsage)                                           \
    /* Document.xml */                                                                            \
    X(Pages) X(TemplatePage) X(PhysicalBox) X(PublicRes) X(DocumentRes) X(OutlineElem)            \
    X(Bookmark) X(FileLoc) X(CommonData) X(PageArea)                                              \
    /* resources */                                                                               \
    X(ColorSpace) X(DrawParam) X(Font) X(FontFile) X(MultiMedia) X(MediaFile)                     \
    X(CompositeGraphicUnit) X(CompositeGraphUnit)                                                 \
    /* pages */                                                                                   \
    X(Area) X(Template) X(PageRes) X(Layer) X(PageBlock) X(TextObject) X(PathObject)              \
    X(ImageObject) X(CompositeObject) X(TextCode) X(CGTransform) X(Glyphs) X(FillColor)           \
    X(StrokeColor) X(AbbreviatedData) X(Clips) X(Path) X(Text) X(AxialShd) X(RadialShd)           \
    X(GouraudShd) X(LaGouraudShd) X(Pattern) X(URI)                                               \
    /* annotations, attachments, tags, signatures */                                              \
    X(Annot) X(Appearance) X(Remark) X(Parameter) X(Attachment) X(CustomTag) X(ObjectRef)         \
    X(Reference) X(FileList) X(File) X(CheckValue) X(SignedValue) X(Seal)
/* clang-format on */

typedef enum ofd_name {
#define OFD_NAME_ENUM(name) OFD_##name,
    OFD_NAMES(OFD_NAME_ENUM)
#undef OFD_NAME_ENUM
        OFD_NAME_COUNT
} ofd_name;

#endif
