// Landlock: what of the file system, and of the network, is left (landlock(7)).
#pragma once

#include <string>
#include <vector>

namespace gophercap::confine {

struct Paths {
  bool reads_limited = false;
  bool network_closed = false;
  std::vector<std::string> read;     // files, or folders with all below them
  std::vector<std::string> written;  // folders with all below them, read too
  std::vector<std::string> devices;  // files that are written as they are
  std::vector<std::string> emptied;  // folders below which empty folders may be removed
};

// For the calling thread; needs no_new_privs. A path that is not there is passed over. Returns what
// was got, as words: "ABI 3", or "no: why".
std::string restrict_files(const Paths& paths);

}  // namespace gophercap::confine
