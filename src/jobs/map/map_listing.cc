#include "jobs/map/map_listing.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/characters.h"
#include "jobs/map/map_set.h"

namespace gophercap::jobs {

Result<MapListing> list_map(const dataset::Selection& selection) {
  TRY(dataset::Discovery found, dataset::discover(selection));
  MapListing listing;
  for (const dataset::Unreadable& problem : found.problems)
    listing.problems.push_back(problem.error.what);
  listing.passed_over = words_of_passed_over(found, kTakeEveryFile);
  listing.paths = std::move(found.paths);
  listing.paths.insert(listing.paths.end(), found.tarballs.begin(), found.tarballs.end());
  std::sort(listing.paths.begin(), listing.paths.end());
  return listing;
}

std::string listing_to_json(const MapListing& listing) {
  using Json = nlohmann::ordered_json;
  const Json json = {{"version", 1}, {"files", listing.paths}};
  return escape_json(json.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace gophercap::jobs
