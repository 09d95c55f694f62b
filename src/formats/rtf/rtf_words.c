/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The control words that mean something to a reader of text, and their lookup. All others - some
 * 1,500 about layout - are passed over.
 *
 * Specification: Rich Text Format 1.9.1, "Contents of an RTF file" and its tables of control words;
 * [MS-OXRTFEX] 2.1.3 for htmltag and mhtmltag. */
#include "base/num.h"
#include "formats/rtf/rtf_priv.h"

/* clang-format off: one word a line */
const rtf_word rtf_words[] = {
  /* text that is a word */
    {"tab",                RTF_TEXT,         '\t'                      },
    {"line",               RTF_TEXT,         '\n'                      },
    {"lbr",                RTF_TEXT,         '\n'                      },
    {"softline",           RTF_TEXT,         '\n'                      },
    {"emdash",             RTF_TEXT,         0x2014                    },
    {"endash",             RTF_TEXT,         0x2013                    },
    {"emspace",            RTF_TEXT,         ' '                       },
    {"enspace",            RTF_TEXT,         ' '                       },
    {"qmspace",            RTF_TEXT,         ' '                       },
    {"bullet",             RTF_TEXT,         0x2022                    },
    {"lquote",             RTF_TEXT,         0x2018                    },
    {"rquote",             RTF_TEXT,         0x2019                    },
    {"ldblquote",          RTF_TEXT,         0x201C                    },
    {"rdblquote",          RTF_TEXT,         0x201D                    },
    {"par",                RTF_PAR,          0                         },
    {"sect",               RTF_BREAK,        0                         },
    {"page",               RTF_BREAK,        0                         },
    {"column",             RTF_BREAK,        0                         },
    {"cell",               RTF_CELL,         0                         },
    {"nestcell",           RTF_CELL,         1                         },
    {"row",                RTF_ROW,          0                         },
    {"nestrow",            RTF_ROW,          1                         },
    {"u",                  RTF_UNICODE,      0                         },
    {"uc",                 RTF_UC,           0                         },
    {"bin",                RTF_BIN,          0                         },
 /* code pages */
    {"ansicpg",            RTF_CODE_PAGE,    0                         },
    {"ansi",               RTF_CHARSET,      1252                      },
    {"mac",                RTF_CHARSET,      10000                     },
    {"pc",                 RTF_CHARSET,      437                       },
    {"pca",                RTF_CHARSET,      850                       },
    {"fcharset",           RTF_FONT_CHARSET, 0                         },
    {"cpg",                RTF_FONT_PAGE,    0                         },
 /* looks of letters */
    {"plain",              RTF_PLAIN,        0                         },
    {"v",                  RTF_FLAG,         RTF_HIDDEN                },
    {"webhidden",          RTF_FLAG,         RTF_WEB_HIDDEN            },
    {"deleted",            RTF_FLAG,         RTF_DELETED               },
    {"b",                  RTF_FLAG,         RTF_BOLD                  },
    {"i",                  RTF_FLAG,         RTF_ITALIC                },
    {"strike",             RTF_FLAG,         RTF_STRIKE                },
    {"striked",            RTF_FLAG,         RTF_STRIKE_2              },
    {"f",                  RTF_FONT,         0                         },
    {"deff",               RTF_DEFAULT_FONT, 0                         },
    {"af",                 RTF_ASSOCIATED,   0                         },
    {"dbch",               RTF_DIRECTION,    1                         },
    {"loch",               RTF_DIRECTION,    0                         },
    {"hich",               RTF_DIRECTION,    0                         },
    {"rtlch",              RTF_DIRECTION,    0                         },
    {"ltrch",              RTF_DIRECTION,    0                         },
    {"fs",                 RTF_SIZE,         0                         },
    {"cf",                 RTF_FG,           0                         },
    {"cb",                 RTF_BG,           RTF_BACK_COLOUR           },
    {"chcbpat",            RTF_BG,           RTF_CHARACTER_BG          },
    {"highlight",          RTF_BG,           RTF_HIGHLIGHT             },
    {"cbpat",              RTF_BG,           RTF_PARAGRAPH_BG          },
    {"chshdng",            RTF_SHADING,      0                         },
    {"charscalex",         RTF_SCALE,        0                         },
    {"revauthdel",         RTF_AUTHOR,       1                         },
    {"revdttmdel",         RTF_DATE,         1                         },
    {"s",                  RTF_STYLE,        0                         },
    {"cs",                 RTF_STYLE,        1                         },
    {"ds",                 RTF_STYLE,        2                         },
    {"ts",                 RTF_STYLE,        2                         },
    {"sbasedon",           RTF_BASED_ON,     0                         },
 /* paragraphs and tables */
    {"pard",               RTF_PARD,         0                         },
    {"ql",                 RTF_ALIGN,        RTF_ALIGNED               },
    {"qj",                 RTF_ALIGN,        RTF_ALIGNED               },
    {"qd",                 RTF_ALIGN,        RTF_ALIGNED               },
    {"qc",                 RTF_ALIGN,        RTF_ALIGNED | RTF_CENTRE  },
    {"qr",                 RTF_ALIGN,        RTF_ALIGNED | RTF_TO_RIGHT},
    {"fi",                 RTF_INDENT,       0                         },
    {"cufi",               RTF_INDENT,       0                         },
    {"intbl",              RTF_FLAG,         RTF_IN_TABLE              },
    {"itap",               RTF_ITAP,         0                         },
    {"trowd",              RTF_CELL_DEFS,    0                         },
    {"cellx",              RTF_CELL_END,     0                         },
    {"clcbpat",            RTF_CELL_GROUND,  0                         },
    {"sectd",              RTF_SECTD,        0                         },
    {"paperw",             RTF_PAPER,        RTF_PAPER_WIDTH           },
    {"paperh",             RTF_PAPER,        RTF_PAPER_HEIGHT          },
    {"pgwsxn",             RTF_PAPER,        RTF_PAPER_WIDTH           },
    {"pghsxn",             RTF_PAPER,        RTF_PAPER_HEIGHT          },
 /* colours */
    {"red",                RTF_RED,          16                        },
    {"green",              RTF_RED,          8                         },
    {"blue",               RTF_RED,          0                         },
 /* stories */
    {"header",             RTF_DEST,         D_HEADER                  },
    {"headerl",            RTF_DEST,         D_HEADER                  },
    {"headerr",            RTF_DEST,         D_HEADER                  },
    {"headerf",            RTF_DEST,         D_HEADER                  },
    {"footer",             RTF_DEST,         D_FOOTER                  },
    {"footerl",            RTF_DEST,         D_FOOTER                  },
    {"footerr",            RTF_DEST,         D_FOOTER                  },
    {"footerf",            RTF_DEST,         D_FOOTER                  },
    {"footnote",           RTF_DEST,         D_FOOTNOTE                },
    {"ftnsep",             RTF_DEST,         D_FOOTNOTE                },
    {"ftnsepc",            RTF_DEST,         D_FOOTNOTE                },
    {"ftncn",              RTF_DEST,         D_FOOTNOTE                },
    {"aftnsep",            RTF_DEST,         D_FOOTNOTE                },
    {"aftnsepc",           RTF_DEST,         D_FOOTNOTE                },
    {"aftncn",             RTF_DEST,         D_FOOTNOTE                },
    {"annotation",         RTF_DEST,         D_ANNOTATION              },
    {"shptxt",             RTF_DEST,         D_SHAPE_TEXT              },
    {"dptxbxtext",         RTF_DEST,         D_SHAPE_TEXT              },
    {"shp",                RTF_DEST,         D_SHAPE                   },
    {"shprslt",            RTF_DEST,         D_SHAPE_RESULT            },
 /* destinations whose text belongs where they stand */
    {"rtf",                RTF_DEST,         D_THROUGH                 },
    {"shpinst",            RTF_DEST,         D_THROUGH                 },
    {"shpgrp",             RTF_DEST,         D_THROUGH                 },
    {"shppict",            RTF_DEST,         D_THROUGH                 },
    {"nonshppict",         RTF_DEST,         D_THROUGH                 },
    {"do",                 RTF_DEST,         D_THROUGH                 },
    {"background",         RTF_DEST,         D_THROUGH                 },
    {"field",              RTF_DEST,         D_THROUGH                 },
    {"fldrslt",            RTF_DEST,         D_THROUGH                 },
    {"object",             RTF_DEST,         D_THROUGH                 },
    {"result",             RTF_DEST,         D_THROUGH                 },
    {"listtext",           RTF_DEST,         D_THROUGH                 },
    {"pntext",             RTF_DEST,         D_THROUGH                 },
    {"info",               RTF_DEST,         D_THROUGH                 },
    {"userprops",          RTF_DEST,         D_THROUGH                 },
    {"sp",                 RTF_DEST,         D_THROUGH                 },
    {"moMath",             RTF_DEST,         D_THROUGH                 },
    {"moMathPara",         RTF_DEST,         D_THROUGH                 },
    {"mmath",              RTF_DEST,         D_THROUGH                 },
    {"nesttableprops",     RTF_DEST,         D_THROUGH                 },
    {"bkmkend",            RTF_DEST,         D_QUIET                   },
    {"atrfstart",          RTF_DEST,         D_QUIET                   },
    {"atrfend",            RTF_DEST,         D_QUIET                   },
    {"upr",                RTF_DEST,         D_UPR                     },
    {"ud",                 RTF_DEST,         D_UD                      },
 /* values */
    {"fldinst",            RTF_DEST,         D_FIELD                   },
    {"title",              RTF_DEST,         D_TITLE                   },
    {"subject",            RTF_DEST,         D_SUBJECT                 },
    {"author",             RTF_DEST,         D_AUTHOR                  },
    {"manager",            RTF_DEST,         D_MANAGER                 },
    {"company",            RTF_DEST,         D_COMPANY                 },
    {"operator",           RTF_DEST,         D_OPERATOR                },
    {"category",           RTF_DEST,         D_CATEGORY                },
    {"keywords",           RTF_DEST,         D_KEYWORDS                },
    {"comment",            RTF_DEST,         D_COMMENT                 },
    {"doccomm",            RTF_DEST,         D_DOCCOMM                 },
    {"hlinkbase",          RTF_DEST,         D_LINK_BASE               },
    {"propname",           RTF_DEST,         D_PROP_NAME               },
    {"staticval",          RTF_DEST,         D_PROP_VALUE              },
    {"linkval",            RTF_DEST,         D_PROP_LINK               },
    {"docvar",             RTF_DEST,         D_DOCVAR                  },
    {"bkmkstart",          RTF_DEST,         D_BOOKMARK                },
    {"xe",                 RTF_DEST,         D_INDEX                   },
    {"tc",                 RTF_DEST,         D_INDEX                   },
    {"tcn",                RTF_DEST,         D_INDEX                   },
    {"rxe",                RTF_DEST,         D_INDEX                   },
    {"txe",                RTF_DEST,         D_INDEX                   },
    {"ffname",             RTF_DEST,         D_FORM                    },
    {"ffdeftext",          RTF_DEST,         D_FORM                    },
    {"ffformat",           RTF_DEST,         D_FORM                    },
    {"ffhelptext",         RTF_DEST,         D_FORM                    },
    {"ffstattext",         RTF_DEST,         D_FORM                    },
    {"ffentrymcr",         RTF_DEST,         D_FORM                    },
    {"ffexitmcr",          RTF_DEST,         D_FORM                    },
    {"ffl",                RTF_DEST,         D_FORM                    },
    {"formfield",          RTF_DEST,         D_FORM                    },
    {"atnauthor",          RTF_DEST,         D_NOTE_AUTHOR             },
    {"atnid",              RTF_DEST,         D_NOTE_ID                 },
    {"atndate",            RTF_DEST,         D_QUIET                   },
    {"atnref",             RTF_DEST,         D_QUIET                   },
    {"atnparent",          RTF_DEST,         D_QUIET                   },
    {"atntime",            RTF_DEST,         D_QUIET                   },
    {"atnicn",             RTF_DEST,         D_THROUGH                 },
    {"sn",                 RTF_DEST,         D_SHAPE_NAME              },
    {"sv",                 RTF_DEST,         D_SHAPE_VALUE             },
    {"stylesheet",         RTF_DEST,         D_STYLES                  },
    {"latentstyles",       RTF_DEST,         D_LATENT                  },
    {"listtable",          RTF_DEST,         D_LIST                    },
    {"listoverridetable",  RTF_DEST,         D_QUIET                   },
    {"listname",           RTF_DEST,         D_LIST_NAME               },
    {"liststylename",      RTF_DEST,         D_LIST_NAME               },
    {"pnseclvl",           RTF_DEST,         D_QUIET                   },
    {"pn",                 RTF_DEST,         D_QUIET                   },
    {"pntxta",             RTF_DEST,         D_LIST                    },
    {"pntxtb",             RTF_DEST,         D_LIST                    },
    {"leveltext",          RTF_DEST,         D_LIST                    },
    {"levelnumbers",       RTF_DEST,         D_QUIET                   },
    {"revtbl",             RTF_DEST,         D_REVISERS                },
    {"template",           RTF_DEST,         D_TEMPLATE                },
    {"generator",          RTF_DEST,         D_QUIET                   },
    {"fchars",             RTF_DEST,         D_QUIET                   },
    {"lchars",             RTF_DEST,         D_QUIET                   },
    {"rsidtbl",            RTF_DEST,         D_QUIET                   },
    {"xmlnstbl",           RTF_DEST,         D_QUIET                   },
    {"pgdsctbl",           RTF_DEST,         D_QUIET                   },
    {"pgptbl",             RTF_DEST,         D_QUIET                   },
    {"mmathPr",            RTF_DEST,         D_QUIET                   },
    {"objclass",           RTF_DEST,         D_OBJECT_CLASS            },
    {"objname",            RTF_DEST,         D_OBJECT_NAME             },
    {"oleclsid",           RTF_DEST,         D_QUIET                   },
    {"file",               RTF_DEST,         D_FILE_NAME               },
    {"htmltag",            RTF_DEST,         D_HTML_TAG                },
    {"mhtmltag",           RTF_DEST,         D_HTML_TAG                },
    {"picprop",            RTF_DEST,         D_THROUGH                 },
    {"panose",             RTF_DEST,         D_QUIET                   },
    {"blipuid",            RTF_DEST,         D_QUIET                   },
    {"falt",               RTF_DEST,         D_FONT_OTHER              },
    {"fname",              RTF_DEST,         D_FONT_OTHER              },
    {"fonttbl",            RTF_DEST,         D_FONT_TABLE              },
    {"colortbl",           RTF_DEST,         D_COLOUR_TABLE            },
 /* data */
    {"pict",               RTF_DEST,         D_PICTURE                 },
    {"objdata",            RTF_DEST,         D_OBJECT_DATA             },
    {"themedata",          RTF_DEST,         D_PACKAGE                 },
    {"datastore",          RTF_DEST,         D_PACKAGE                 },
    {"colorschememapping", RTF_DEST,         D_SCHEME                  },
    {"fontemb",            RTF_DEST,         D_THROUGH                 },
    {"datafield",          RTF_DEST,         D_HEX_OTHER               },
    {"bkmkpub",            RTF_DEST,         D_HEX_OTHER               },
    {"dibitmap",           RTF_PICTURE,      RTF_PICTURE_DIB           },
    {"wbitmap",            RTF_PICTURE,      RTF_PICTURE_DDB           },
    {"macpict",            RTF_PICTURE,      RTF_PICTURE_MAC           },
    {"pngblip",            RTF_PICTURE,      RTF_PICTURE_OTHER         },
 /* where a shape stands */
    {"shpleft",            RTF_SHAPE,        RTF_SHAPE_LEFT            },
    {"shptop",             RTF_SHAPE,        RTF_SHAPE_TOP             },
    {"shpright",           RTF_SHAPE,        RTF_SHAPE_RIGHT           },
    {"shpbottom",          RTF_SHAPE,        RTF_SHAPE_BOTTOM          },
    {"shpbxpage",          RTF_SHAPE,        RTF_SHAPE_ON_PAGE_X       },
    {"shpbypage",          RTF_SHAPE,        RTF_SHAPE_ON_PAGE_Y       },
};
/* clang-format on */
const uint32_t rtf_word_count = LJ_COUNT_OF(rtf_words);

static uint32_t slot_of(const uint8_t *name, size_t len)
{
    uint32_t hash = (uint32_t)len;
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ name[i]) * 0x9E3779B1U;
    }
    return (hash ^ hash >> 15) & (RTF_WORD_SLOTS - 1);
}

void rtf_words_index(uint16_t *slots)
{
    for (uint32_t i = 0; i < rtf_word_count; i++) {
        lj_slice name = lj_cstr_bytes(rtf_words[i].name);
        uint32_t at = slot_of(name.ptr, name.len);
        while (slots[at] != 0) {
            at = (at + 1) & (RTF_WORD_SLOTS - 1);
        }
        slots[at] = (uint16_t)(i + 1);
    }
}

const rtf_word *rtf_word_lookup(const uint16_t *slots, const uint8_t *name, size_t len)
{
    uint32_t at = slot_of(name, len);
    while (slots[at] != 0) {
        const rtf_word *word = &rtf_words[slots[at] - 1];
        if (strncmp(word->name, (const char *)name, len) == 0 && word->name[len] == '\0') {
            return word;
        }
        at = (at + 1) & (RTF_WORD_SLOTS - 1);
    }
    return NULL;
}
