// Finds the capture files that a command means.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace gophercap::dataset {

struct Selection {
  // Files, folders or "-". A file named here is taken whatever its ending; folders are walked.
  std::vector<std::string> paths;
  // Endings to take inside folders; {""} = every file. Empty = the default: .pcap, .pcapng, .cap, each also with a
  // compression ending (.gz .zst .lz4 .xz .bz2). "pcap" and ".pcap" are the same: a whole ending behind a dot;
  // given endings are taken exactly ("gz" takes x.pcap.gz).
  std::vector<std::string> suffixes;
  std::string regexp;  // RE2, matched anywhere in the path; empty = all. Applies to named files too.
};

struct Discovery {
  std::vector<std::string> paths;        // ordered by bytes, no path twice
  std::vector<Error> problems;           // folders that could not be read, links that lead nowhere: reported, not fatal
};

// Follows symlinks to files and folders; a folder reached twice is walked once (so loops end). Sockets, FIFOs and devices
// inside folders are passed over. Fails with kInvalidArgument (regexp) or kNotFound (a named path does not exist).
Result<Discovery> discover(const Selection& selection);

}  // namespace gophercap::dataset
