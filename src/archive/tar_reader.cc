#include "archive/tar_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "archive/header_watch.h"

namespace gophercap::archive {
namespace {

// Our namespace has the name of the library's type.
using LibArchive = struct ::archive;
using Entry = struct ::archive_entry;

constexpr uint64_t kRecord = 512;

MemberKind kind_of(Entry* entry) {
  // A hard link with bytes of its own (pax allows it) is as good as a file.
  if (archive_entry_hardlink(entry) != nullptr && archive_entry_size(entry) == 0)
    return MemberKind::kHardLink;
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
      return MemberKind::kFile;
    case AE_IFDIR:
      return MemberKind::kFolder;
    case AE_IFLNK:
      return MemberKind::kSymlink;
    case AE_IFCHR:
    case AE_IFBLK:
      return MemberKind::kDevice;
    case AE_IFIFO:
      return MemberKind::kFifo;
    default:
      return MemberKind::kOther;
  }
}

std::string text_of(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

// Names come as the archive has them: in the C locale, which the program never leaves, libarchive
// converts ASCII only and passes on everything else as it is.
Member member_of(Entry* entry) {
  Member member;
  member.path = text_of(archive_entry_pathname(entry));
  member.kind = kind_of(entry);
  if (member.kind == MemberKind::kHardLink) member.link = text_of(archive_entry_hardlink(entry));
  if (member.kind == MemberKind::kSymlink) member.link = text_of(archive_entry_symlink(entry));
  // Old writers mark folders by nothing else.
  if (member.kind == MemberKind::kFile && member.path.ends_with('/'))
    member.kind = MemberKind::kFolder;
  member.size_bytes = static_cast<uint64_t>(std::max<int64_t>(archive_entry_size(entry), 0));
  member.mtime_seconds = archive_entry_mtime(entry);
  member.mtime_nanos =
      static_cast<uint32_t>(std::clamp<long>(archive_entry_mtime_nsec(entry), 0, 999'999'999));
  member.mode = static_cast<uint32_t>(archive_entry_perm(entry)) & 07777;
  return member;
}

}  // namespace

int64_t mtime_ns_of(const Member& member) noexcept {
  int64_t ns = 0;
  if (__builtin_mul_overflow(member.mtime_seconds, int64_t{1'000'000'000}, &ns) ||
      __builtin_add_overflow(ns, int64_t{member.mtime_nanos}, &ns)) {
    return member.mtime_seconds > 0 ? std::numeric_limits<int64_t>::max()
                                    : std::numeric_limits<int64_t>::min();
  }
  return ns;
}

// Writers have summed signed and unsigned bytes, and written octal digits with and without an end.
bool begins_tar(std::span<const uint8_t> front) noexcept {
  constexpr size_t kSum = 148;
  constexpr size_t kSumBytes = 8;
  if (front.size() < kTarHeaderBytes || front[0] == 0) return false;
  int32_t of_unsigned = 0;
  int32_t of_signed = 0;
  for (size_t i = 0; i < kTarHeaderBytes; ++i) {
    const uint8_t byte = i >= kSum && i < kSum + kSumBytes ? uint8_t{' '} : front[i];
    of_unsigned += byte;
    of_signed += static_cast<int8_t>(byte);
  }
  int32_t stored = 0;
  bool any = false;
  for (const uint8_t byte : front.subspan(kSum, kSumBytes)) {
    if (byte == ' ' && !any) continue;
    if (byte < '0' || byte > '7') break;
    stored = stored * 8 + (byte - '0');
    any = true;
  }
  return any && (stored == of_unsigned || stored == of_signed);
}

class TarReader::Library {
 public:
  explicit Library(BlockFeed& feed) : feed_(feed), archive_(archive_read_new()) {
    entry_ = archive_ == nullptr ? nullptr : archive_entry_new2(archive_);
  }
  ~Library() {
    archive_entry_free(entry_);
    if (archive_ != nullptr) archive_read_free(archive_);
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  Result<> open();
  Result<bool> next(Member& member);
  Result<bool> read(Piece& piece);
  bool failed() const noexcept { return fault_.has_value(); }
  uint64_t header_offset() const noexcept {
    return static_cast<uint64_t>(std::max<int64_t>(archive_read_header_position(archive_), 0));
  }
  uint64_t position() const noexcept {
    if (fault_) return broken_at();
    return static_cast<uint64_t>(std::max<int64_t>(archive_filter_bytes(archive_, 0), 0));
  }

 private:
  // What the library may take to describe one member. A name has a megabyte at most, so this is the
  // map of a sparse file, of which it keeps more bytes than it reads.
  static constexpr uint64_t kLargestHeader = uint64_t{16} << 20;

  static la_ssize_t give(LibArchive*, void* self, const void** buffer) {
    return static_cast<Library*>(self)->give(buffer);
  }
  la_ssize_t give(const void** buffer);
  std::string_view said() const;  // by the library
  bool says(std::string_view word) const { return said().find(word) != std::string_view::npos; }
  Error fail(std::string_view what);
  Error fault() const { return *fault_; }
  Result<bool> end();
  // Where it ends too early, or where the header begins that is none.
  uint64_t broken_at() const noexcept {
    return fault_->code == Errc::kCorrupt && !input_failed_ && !in_member_ ? header_at_ : given_;
  }

  bool lists_are_short(std::span<const uint8_t> bytes, uint64_t offset);

  BlockFeed& feed_;
  HeaderWatch watch_;
  std::span<const uint8_t> last_;  // that was given
  LibArchive* archive_;
  Entry* entry_;
  std::optional<Error> fault_;  // final
  uint64_t given_ = 0;          // bytes
  uint64_t header_at_ = 0;
  bool input_failed_ = false;
  uint64_t header_limit_ = 0;  // 0: no header is being read
  bool any_member_ = false;
  bool in_member_ = false;
};

la_ssize_t TarReader::Library::give(const void** buffer) {
  if (header_limit_ > 0 && given_ > header_limit_) {
    fault_ = Error{Errc::kUnsupported, 0, "the description of a member takes more than 16 MiB"};
    archive_set_error(archive_, ENOMEM, "header too large");
    return ARCHIVE_FATAL;
  }
  const Result<std::span<const uint8_t>> block = feed_.next();
  if (!block) {
    fault_ = block.error();
    input_failed_ = true;
    archive_set_error(archive_, EIO, "input fails");
    return ARCHIVE_FATAL;
  }
  if (header_limit_ > 0 && !lists_are_short(*block, given_)) return ARCHIVE_FATAL;
  last_ = *block;
  given_ += block->size();
  *buffer = block->data();
  return static_cast<la_ssize_t>(block->size());
}

bool TarReader::Library::lists_are_short(std::span<const uint8_t> bytes, uint64_t offset) {
  if (watch_.look(bytes, offset)) return true;
  fault_ = Error{Errc::kUnsupported, 0, "a member has an access control list of more than 16 KiB"};
  archive_set_error(archive_, ENOMEM, "list too long");
  return false;
}

std::string_view TarReader::Library::said() const {
  const char* text = archive_error_string(archive_);
  return text == nullptr ? "is damaged" : text;
}

Error TarReader::Library::fail(std::string_view what) {
  if (!fault_ && archive_errno(archive_) == ENOMEM) fault_ = errno_error(ENOMEM, what);
  if (!fault_ && !any_member_ && says("Unrecognized"))
    fault_ = Error{Errc::kUnsupported, 0, "is not a tar archive"};
  if (!fault_) {
    // "Truncated …" and "truncated …": the library has no code for it.
    const Errc code = says("runcated") ? Errc::kTruncated : Errc::kCorrupt;
    fault_ = Error{code, 0, std::string(what) + ": " + std::string(said())};
  }
  return fault();
}

Result<> TarReader::Library::open() {
  if (archive_ == nullptr || entry_ == nullptr) return errno_error(ENOMEM, "tar reader");
  if (archive_read_support_format_tar(archive_) != ARCHIVE_OK ||
      archive_read_set_format_option(archive_, "tar", "read_concatenated_archives", "1") !=
          ARCHIVE_OK) {
    if (archive_errno(archive_) == ENOMEM) return out_of_memory("tar reader");
    return Error{Errc::kInternal, 0, "libarchive has no tar reader that we can use"};
  }
  // In steps: archive_read_open() passes over memory that was refused for the second of them, and
  // crashes in the third.
  if (archive_read_set_read_callback(archive_, &Library::give) != ARCHIVE_OK ||
      archive_read_set_callback_data(archive_, this) != ARCHIVE_OK ||
      archive_read_open1(archive_) != ARCHIVE_OK) {
    // Of anything else the library says something.
    if (!fault_ && archive_error_string(archive_) == nullptr) return out_of_memory("tar archive");
    return fail("tar archive");
  }
  return {};
}

Result<bool> TarReader::Library::next(Member& member) {
  if (fault_) return fault();
  if (in_member_ && archive_read_data_skip(archive_) != ARCHIVE_OK) return fail("tar archive");
  in_member_ = false;
  header_at_ = position();
  header_limit_ = given_ + kLargestHeader;
  watch_.begin(header_at_);
  if (!lists_are_short(last_, given_ - last_.size())) return fault();
  const int status = archive_read_next_header2(archive_, entry_);
  header_limit_ = 0;
  if (status == ARCHIVE_EOF) return end();
  if (status == ARCHIVE_OK || status == ARCHIVE_WARN) {
    if (fault_) return fault();
    any_member_ = true;
    in_member_ = true;
    member = member_of(entry_);
    return true;
  }
  return fail("tar archive");
}

// An archive ends with two records of zeros. One without may have been cut exactly between two
// members, which nothing else would show.
Result<bool> TarReader::Library::end() {
  if (fault_) return fault();
  const auto end_of_members = static_cast<uint64_t>(archive_read_header_position(archive_));
  if (given_ < end_of_members + kRecord) {
    fault_ = Error{Errc::kTruncated, 0,
                   "tar archive: ends without the mark of its end; members may be missing"};
    return fault();
  }
  return false;
}

Result<bool> TarReader::Library::read(Piece& piece) {
  if (fault_) return fault();
  const void* data = nullptr;
  size_t size = 0;
  la_int64_t offset = 0;
  const int status = archive_read_data_block(archive_, &data, &size, &offset);
  if (status == ARCHIVE_EOF) {
    in_member_ = false;
    return false;
  }
  if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return fail("tar archive");
  if (offset < 0) {
    fault_ = Error{Errc::kCorrupt, 0, "tar archive: a sparse file with a negative offset"};
    return fault();
  }
  piece = {{static_cast<const uint8_t*>(data), size}, static_cast<uint64_t>(offset)};
  return true;
}

TarReader::TarReader(std::unique_ptr<Library> library) : library_(std::move(library)) {}
TarReader::~TarReader() = default;

Result<std::unique_ptr<TarReader>> TarReader::open(BlockFeed& feed) {
  auto library = std::make_unique<Library>(feed);
  TRY_VOID(library->open());
  return std::unique_ptr<TarReader>(new TarReader(std::move(library)));
}

Result<bool> TarReader::next(Member& member) {
  return library_->next(member);
}

Result<bool> TarReader::read(Piece& piece) {
  return library_->read(piece);
}

bool TarReader::failed() const noexcept {
  return library_->failed();
}

uint64_t TarReader::header_offset() const noexcept {
  return library_->header_offset();
}

uint64_t TarReader::plain_bytes() const noexcept {
  return library_->position();
}

}  // namespace gophercap::archive
