// The result of tarExtract as text: a row for each member of a dry run, and the summary of a run.
#pragma once

#include <string>
#include <string_view>

#include "archive/tar/tar_member.h"
#include "jobs/tar/tar_result.h"

namespace gophercap::cli {

// "kind size time name", with a newline.
std::string member_titles();
std::string member_row(const archive::Member& member);

// Says where the tarball breaks off.
std::string damage_text(const jobs::TarDamage& damage, bool compressed);

// If `out_dir` is empty, nothing was written.
std::string tar_report(const jobs::TarResult& result, std::string_view out_dir);

}  // namespace gophercap::cli
