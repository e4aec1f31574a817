// Finds the capture files that a command line selects.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "dataset/find/passed_over.h"

namespace gophercap::dataset {

struct Selection {
  // Files, folders or "-". A file given here is taken whatever its name; folders are searched.
  std::vector<std::string> paths{};
  // File name extensions to take inside folders; {""} takes every file. Empty means the default:
  // .pcap, .pcapng, .cap, each also with an extension for compression (.gz .zst .lz4 .xz .bz2), in
  // any case. "pcap" and ".pcap" are the same: a whole extension after a dot. Given extensions are
  // compared exactly ("gz" takes x.pcap.gz).
  std::vector<std::string> suffixes{};
  // RE2 syntax, matched anywhere in the path; empty: all. Applies to given files too.
  std::string regexp{};
};

// A folder that could not be read, or a dangling link.
struct Unreadable {
  std::string path;
  Error error;
};

struct Discovery {
  // Captures, ordered by bytes, without duplicates. A given member of a tarball is
  // "big.tar.gz!/dir/x.pcap".
  std::vector<std::string> paths;
  // Tar archives, plain or compressed. Files without the name of a capture are checked for this by
  // content.
  std::vector<std::string> tarballs;
  std::vector<Unreadable> problems;  // ordered by bytes; not fatal
  // Set if the default extensions were used.
  PassedOver passed_over;
};

// Follows symbolic links to files and folders. A folder that is reached twice is searched once,
// under its own name rather than that of a link, so loops end. Sockets, FIFOs and devices inside
// folders are skipped. "-" is taken as given. Errors: kInvalidArgument (regexp), kNotFound (a given
// path does not exist), or another reason why a given path cannot be examined. A lack of
// descriptors is an error too, because any number of files could be missing then. After a stop
// request, skipped files are no longer examined.
Result<Discovery> discover(const Selection& selection, const std::stop_token& stop = {});

}  // namespace gophercap::dataset
