// The output of tarExtract: a row for each member of a dry run, and the summary of a run.
#pragma once

#include <string>
#include <string_view>

#include "archive/tar/tar_reader.h"
#include "jobs/tar/tar_job.h"

namespace gophercap::cli {

// "kind size time name", with a newline.
std::string member_titles();
std::string member_row(const archive::Member& member);
// An object of the list "members".
std::string member_json(const archive::Member& member);

// Says where the tarball breaks off.
std::string damage_text(const jobs::TarDamage& damage, bool compressed);

// If `out_dir` is empty, nothing was written.
std::string tar_report(const jobs::TarResult& result, std::string_view out_dir);
// The counters as members of a JSON object, without its braces.
std::string tar_counters_json(const jobs::TarResult& result, bool extracted);

}  // namespace gophercap::cli
