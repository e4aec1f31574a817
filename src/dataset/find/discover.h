// Finds the capture files that a command means.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "dataset/find/passed_over.h"

namespace gophercap::dataset {

struct Selection {
  // Files, folders or "-". A file named here is taken whatever its ending; folders are walked.
  std::vector<std::string> paths{};
  // Endings to take inside folders; {""} = every file. Empty = the default: .pcap, .pcapng, .cap,
  // each also with a compression ending (.gz .zst .lz4 .xz .bz2), in capitals too. "pcap" and
  // ".pcap" are the same: a whole ending behind a dot; given endings are taken exactly ("gz" takes
  // x.pcap.gz).
  std::vector<std::string> suffixes{};
  // RE2, matched anywhere in the path; empty = all. Applies to named files too.
  std::string regexp{};
};

// A folder that could not be read, or a link that leads nowhere.
struct Unreadable {
  std::string path;
  Error error;
};

struct Discovery {
  // Captures, ordered by bytes, no path twice. A member of a tarball that was named is
  // "big.tar.gz!/dir/x.pcap".
  std::vector<std::string> paths;
  // Tar archives, plain or compressed: by content, of what has not the name of a capture.
  std::vector<std::string> tarballs;
  std::vector<Unreadable> problems;  // ordered by bytes; not fatal
  // Where the default endings were asked for.
  PassedOver passed_over;
};

// Follows symlinks to files and folders; a folder reached twice is walked once, under its own name
// rather than a link's (so loops end). Sockets, FIFOs and devices inside folders are passed over.
// "-" is taken as it is. Fails with kInvalidArgument (regexp), kNotFound (a named path does not
// exist) or what else keeps a named path from being looked at; also for want of descriptors, since
// any number of files may be missing then. Asked to stop, it does not look any further at what it
// passes over.
Result<Discovery> discover(const Selection& selection, const std::stop_token& stop = {});

}  // namespace gophercap::dataset
