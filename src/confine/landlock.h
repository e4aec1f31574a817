// Landlock: limits access to the file system and the network (landlock(7)).
#pragma once

#include <string>
#include <vector>

namespace gophercap::confine {

struct Paths {
  bool reads_limited = false;
  bool network_closed = false;
  std::vector<std::string> read;     // files, or folders including everything below them
  std::vector<std::string> written;  // folders including everything below them; they may be read
                                     // too
  std::vector<std::string> devices;  // files that are written in place
  std::vector<std::string> emptied;  // folders below which empty folders may be removed
};

// Applies to the calling thread; requires no_new_privs. Paths that do not exist are ignored.
// Returns the result as text: "ABI 3", or "no: why".
std::string restrict_files(const Paths& paths);

}  // namespace gophercap::confine
