// `gophercap map --dryrun`: lists what would be read, without reading it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "dataset/find/discover.h"

namespace gophercap::jobs {

struct MapListing {
  // Captures and tarballs, ordered by bytes. What is in a tarball is known only after a pass over
  // it.
  std::vector<std::string> paths;
  std::vector<std::string> problems;  // messages about folders that could not be read, which thus
                                      // may contain more
  std::string passed_over;  // the message about files skipped because of their names, or ""
};

Result<MapListing> list_map(const dataset::Selection& selection);

// JSON has no bytes, so what is not UTF-8 becomes U+FFFD.
std::string listing_to_json(const MapListing& listing);

}  // namespace gophercap::jobs
