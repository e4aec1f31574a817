// Paths of members: what of them may become a path on this machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gophercap::archive {

// Why a member is not extracted.
enum class Refusal : uint8_t {
  kAbsolutePath,  // of what a symbolic link leads to
  kLeadsUp,       // ".." in its path
  kBadName,       // empty, or one that the file system does not take
  kLinkOutside,   // a link to something that is not below the folder
  kLinkTarget,    // a hard link to what was not extracted
  kLinkFolder,    // a link to the top folder, where folders are left out
  kDevice,
  kFifo,
  kUnknownKind,
  kExists,         // a file of before this run
  kInTheWay,       // something of before this run that is no folder stands where one is needed
  kContradiction,  // bytes behind its own end
  kTooLarge,       // for the file system
  kPathTooLong,
  kTooDeep,
};
inline constexpr size_t kRefusals = 15;

// Beyond these a path is refused: the system takes none that is longer in one call, and what is
// done for a member grows with its folders.
inline constexpr size_t kLongestPath = 4095;  // bytes: PATH_MAX without the zero behind it
inline constexpr size_t kMostLevels = 256;    // its own name included

// "absolute_path", …: stable words, used in JSON output.
std::string_view to_string(Refusal refusal) noexcept;
// "its path is absolute", …: for people.
std::string_view reason_of(Refusal refusal) noexcept;

// The parts between slashes, without empty ones and ".". They point into `path`. Slashes at its
// beginning are left off, as tar does; is_absolute() tells. A refusal: kLeadsUp, kPathTooLong,
// kTooDeep.
std::optional<Refusal> split_path(std::string_view path, std::vector<std::string_view>& parts);

inline bool is_absolute(std::string_view path) noexcept {
  return path.starts_with('/');
}

// Whether a symbolic link in a folder `depth` below the top stays below the top wherever it is
// followed: neither absolute, nor upwards once it has gone down (what it goes down through may be a
// link itself), nor upwards beyond the top.
bool stays_inside(std::string_view link_target, size_t depth);

std::string join_parts(const std::vector<std::string_view>& parts, char separator);

// "x.pcap.gz" and 2: "x.2.pcap.gz". An ending of compression goes with the one before it.
std::string numbered_name(std::string_view name, uint64_t number);

// The first numbered name that is not taken. REQUIRES: the numbers of one name are taken in turn,
// so that it can be searched by halves.
std::string free_name(std::string_view name, const std::function<bool(const std::string&)>& taken);

}  // namespace gophercap::archive
