// The result of map, and of its dry run, as text.
#pragma once

#include <string>
#include <string_view>

#include "cli/text/text_options.h"
#include "jobs/map/map_job.h"
#include "jobs/map/map_listing.h"

namespace gophercap::cli {

// The table, the totals, damage, and what is worth knowing before a replay. `dump_path` is "" if no
// dump was written.
std::string map_report(const jobs::MapResult& result, std::string_view dump_path,
                       const TextOptions& options);

// One path a line.
std::string listing_report(const jobs::MapListing& listing);

}  // namespace gophercap::cli
