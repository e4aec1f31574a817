// Escapes untrusted names (paths in archives, interface names, configuration values) in lines of
// text: a terminal interprets control bytes, and a name with a newline would look like two lines in
// a pipe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gophercap::cli {

// Printable UTF-8 stays. Control characters become \n, \t, \r or \x1b; bytes that are not UTF-8
// become \xff; characters that reverse or hide text (bidirectional marks, zero width) become
// \u{202e}. Escaping twice changes nothing. Terminals and pipes get the same; JSON has the exact
// name.
std::string escape_text(std::string_view text);

// The number of columns of escaped text: 2 for wide characters (East Asian, emoji), 0 for combining
// marks.
size_t display_width(std::string_view escaped);

// Shortens to `columns` by replacing the middle with "…", since both ends of a path are
// informative. Characters are never split.
std::string elide_middle(std::string_view escaped, size_t columns);
// Shortens a line of words by replacing its end.
std::string elide_end(std::string_view escaped, size_t columns);

}  // namespace gophercap::cli
