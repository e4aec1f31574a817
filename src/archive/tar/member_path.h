// Decides whether and how the path of a member becomes a path on this machine.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.h"

namespace gophercap::archive {

// Reasons for not extracting a member.
enum class Refusal : uint8_t {
  kAbsolutePath,  // the target of a symbolic link
  kLeadsUp,       // ".." in its path
  kBadName,       // empty, or refused by the file system
  kLinkOutside,   // a link to something outside the folder
  kLinkTarget,    // a hard link to a member that was not extracted
  kLinkFolder,    // a link to the top folder, if folders are left out
  kDevice,
  kFifo,
  kUnknownKind,
  kExists,         // a file that existed before this run
  kInTheWay,       // not a folder, but in the place of one; it existed before this run
  kContradiction,  // data beyond the end of the member
  kTooLarge,       // for the file system
  kPathTooLong,
  kTooDeep,
};

// These words are stable and used in JSON output.
constexpr auto words_of(Refusal) noexcept {
  return std::to_array<Word<Refusal>>({{Refusal::kAbsolutePath, "absolute_path"},
                                       {Refusal::kLeadsUp, "leads_up"},
                                       {Refusal::kBadName, "bad_name"},
                                       {Refusal::kLinkOutside, "link_outside"},
                                       {Refusal::kLinkTarget, "link_target"},
                                       {Refusal::kLinkFolder, "link_folder"},
                                       {Refusal::kDevice, "device"},
                                       {Refusal::kFifo, "fifo"},
                                       {Refusal::kUnknownKind, "unknown_kind"},
                                       {Refusal::kExists, "exists"},
                                       {Refusal::kInTheWay, "in_the_way"},
                                       {Refusal::kContradiction, "contradiction"},
                                       {Refusal::kTooLarge, "too_large"},
                                       {Refusal::kPathTooLong, "path_too_long"},
                                       {Refusal::kTooDeep, "too_deep"}});
}
inline constexpr size_t kRefusals = words_of(Refusal{}).size();

// Longer paths are refused: no system call accepts them, and the work for each member grows with
// the number of its folders.
inline constexpr size_t kLongestPath = 4095;  // bytes: PATH_MAX without the terminating zero
inline constexpr size_t kMostLevels = 256;    // including its own name

// "its path is absolute", …: for messages.
std::string_view reason_of(Refusal refusal) noexcept;

// Splits a path at slashes, without empty parts and ".". The parts point into `path`. Leading
// slashes are removed, as tar does; is_absolute() tells. Refuses with kLeadsUp, kPathTooLong or
// kTooDeep.
std::optional<Refusal> split_path(std::string_view path, std::vector<std::string_view>& parts);

inline bool is_absolute(std::string_view path) noexcept {
  return path.starts_with('/');
}

// Returns whether a symbolic link in a folder `depth` levels below the top always stays below the
// top. It must not be absolute, not go up after it has gone down (the folder that it goes through
// may be a link itself), and not go up beyond the top.
bool stays_inside(std::string_view link_target, size_t depth);

std::string join_parts(const std::vector<std::string_view>& parts, char separator);

// Returns "x.2.pcap.gz" for "x.pcap.gz" and 2. An extension for compression is kept together with
// the one before it.
std::string numbered_name(std::string_view name, uint64_t number);

// Returns the first numbered name that is not taken. REQUIRES: numbers are assigned in ascending
// order, so that a binary search works.
std::string free_name(std::string_view name, const std::function<bool(const std::string&)>& taken);

}  // namespace gophercap::archive
