// Names from outside (paths in archives, interface names, configuration values) in lines of text: a
// terminal obeys control bytes, and a name with a line end would be two lines for who reads a pipe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gophercap::cli {

// Printable UTF-8 stays. Control characters become \n, \t, \r or \x1b; bytes that are not UTF-8
// \xff; characters that would turn or hide text (bidirectional marks, zero width) \u{202e}.
// Escaping what is escaped changes nothing. The same for a terminal and a pipe; the exact name is
// in JSON.
std::string escape_text(std::string_view text);

// Columns that escaped text takes: 2 for wide characters (East Asian, emoji), 0 for combining
// marks.
size_t display_width(std::string_view escaped);

// At most `columns` wide: the middle gives way to "…", since both ends of a path say most. Whole
// characters only.
std::string elide_middle(std::string_view escaped, size_t columns);
// The same for a line of words, whose end gives way.
std::string elide_end(std::string_view escaped, size_t columns);

}  // namespace gophercap::cli
