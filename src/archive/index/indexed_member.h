// What an index says of the files in a tarball.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace gophercap::archive {

// How much of a tarball an index covers. The numbers are stored in the file.
enum class Coverage : uint8_t {
  kUpToDamage = 0,  // the tarball breaks off where the index ends
  kWhole = 1,
  kMembersLeftOut = 2,  // complete, but some of the selected members could not be used
  kDoubtful = 3,        // complete, but headers were damaged; only another pass can tell which
                        // members are affected
};

// Bytes of a file that are contiguous in the archive. The extents of a file follow one another
// there.
struct Extent {
  uint64_t offset = 0;  // offset in the file
  uint64_t size_bytes = 0;

  bool operator==(const Extent&) const = default;
};

// How the path of a member in the index relates to that in the archive.
enum class NameOrigin : uint8_t {
  kOwn = 0,
  kNumbered = 1,  // numbered because the path was taken
  kLink = 2,      // the path of a link to the member
};

struct IndexedMember {
  std::string path;             // the path it would be extracted to, as bytes
  uint64_t archive_offset = 0;  // of its first byte, in the decompressed archive
  uint64_t size_bytes = 0;
  int64_t mtime_ns = 0;
  // Extents of a sparse file, in order; empty if the file is contiguous.
  std::vector<Extent> extents{};
  // Offset of the first of its headers in the decompressed archive. The index entry is checked
  // against these headers.
  uint64_t header_offset = 0;
  NameOrigin origin = NameOrigin::kOwn;
  std::string stored_path{};  // in the archive, without "./"; empty with kOwn

  bool operator==(const IndexedMember&) const = default;
};

// Members with more extents than this are not put into the index.
inline constexpr size_t kMostExtents = 200'000;
// Reading zeros takes time too, and no capture contains this many.
inline constexpr uint64_t kLargestHole = uint64_t{64} << 30;

}  // namespace gophercap::archive
