// Files of a tarball, read by its index.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "archive/index/archive_index.h"
#include "base/result.h"
#include "io/open.h"

namespace gophercap::archive {

// Opens a member of the tarball at `tarball_path`. Decoding starts at the nearest checkpoint, and
// helpers decode from checkpoint to checkpoint. The facts of the input are those of the member.
// Fails with kIo if the tarball is not the one of the index (size and time are checked, its head is
// not), or contradicts the index, now or while it is read. Such an error names the index, has
// Cause::kIndexMismatch, and does not mean that the tarball is damaged; only a pass over it can
// tell. REQUIRES: the index outlives the source.
Result<io::Input> open_member(const std::string& tarball_path, const ArchiveIndex& index,
                              std::string_view member, const io::InputOptions& options = {});

// Compares members with their headers in the tarball, in archive order, as far as this takes less
// than decoding kMostChecked bytes. Fails like open_member().
inline constexpr uint64_t kMostChecked = uint64_t{32} << 20;
Result<> check_members(const std::string& tarball_path, const ArchiveIndex& index,
                       const std::vector<std::string>& members, const std::stop_token& stop);

// The error for an index that does not match its tarball and has to be made anew.
Error disagreement(const std::string& index_path, std::string_view what);

}  // namespace gophercap::archive
