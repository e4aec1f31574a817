#include "archive/extract/extractor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <numeric>
#include <utility>

#include "base/fd.h"
#include "base/retry.h"
#include "io/compress/compressed_file.h"
#include "io/open.h"

namespace gophercap::archive {
namespace {

constexpr uint32_t kPermissions = 0777;
constexpr uint32_t kSetId = S_ISUID | S_ISGID;
constexpr size_t kMagic = 6;  // as io::probe_compression() needs

timespec mtime_of(const Member& member) {
  return {member.mtime_seconds, static_cast<long>(member.mtime_nanos)};
}

// File systems with a resolution of a second return times without a fraction.
bool same_mtime(const struct stat& facts, const Member& member) {
  return facts.st_mtim.tv_sec == member.mtime_seconds &&
         (facts.st_mtim.tv_nsec == static_cast<long>(member.mtime_nanos) ||
          facts.st_mtim.tv_nsec == 0);
}

// Returns a refusal if the error is caused by the member, not by the disk.
std::optional<Refusal> refusal_for(const Error& error) {
  switch (error.sys) {
    case ENAMETOOLONG:
    case EILSEQ:
    case EINVAL:
      return Refusal::kBadName;
    case EFBIG:
      return Refusal::kTooLarge;
    default:
      return std::nullopt;
  }
}

bool is_compressed(const std::vector<uint8_t>& head, const Piece& piece) {
  std::vector<uint8_t> front = head;
  if (piece.offset == head.size()) {
    const size_t count = std::min(piece.bytes.size(), kMagic);
    front.insert(front.end(), piece.bytes.begin(),
                 piece.bytes.begin() + static_cast<ptrdiff_t>(count));
  }
  return io::probe_compression(front) != io::Compression::kNone;
}

}  // namespace

uint64_t ExtractCounts::refused_total() const noexcept {
  return std::accumulate(refused.begin(), refused.end(), uint64_t{0});
}

Result<std::unique_ptr<Extractor>> Extractor::make(const std::string& out_dir,
                                                   const ExtractOptions& options,
                                                   Callbacks callbacks, std::stop_token stop) {
  TRY(std::unique_ptr<OutputTree> tree, OutputTree::open(out_dir));
  std::unique_ptr<Extractor> extractor(
      new Extractor(std::move(tree), options, std::move(callbacks), std::move(stop)));
  if (options.compression != io::Compression::kNone) {
    TRY(extractor->compressor_,
        io::ParallelCompressor::make(options.compression, options.level, options.workers));
  }
  return extractor;
}

Extractor::Extractor(std::unique_ptr<OutputTree> tree, const ExtractOptions& options,
                     Callbacks callbacks, std::stop_token stop)
    : tree_(std::move(tree)),
      options_(options),
      callbacks_(std::move(callbacks)),
      stop_(std::move(stop)),
      guard_(options_.limits, callbacks_.bytes_read, tree_->shown("")) {}

Result<> Extractor::take(TarReader& tar, const Member& member) {
  if (stop_.stop_requested()) return Error{Errc::kCancelled, 0, "stopped"};
  Verdict verdict = std::optional<Refusal>();
  switch (member.kind) {
    case MemberKind::kFile:
      verdict = take_file(tar, member);
      break;
    case MemberKind::kFolder:
      verdict = take_folder(member);
      break;
    case MemberKind::kHardLink:
      verdict = take_hard_link(member);
      break;
    case MemberKind::kSymlink:
      verdict = take_symlink(member);
      break;
    case MemberKind::kDevice:
      verdict = std::optional(Refusal::kDevice);
      break;
    case MemberKind::kFifo:
      verdict = std::optional(Refusal::kFifo);
      break;
    case MemberKind::kOther:
      verdict = std::optional(Refusal::kUnknownKind);
      break;
  }
  TRY(const std::optional<Refusal> refusal, std::move(verdict));
  if (refusal) {
    ++counts_.refused[static_cast<size_t>(*refusal)];
    callbacks_.refused(member, *refusal);
  } else if (is_absolute(member.path)) {
    ++counts_.absolute;
  }
  return drain(tar);
}

Result<> Extractor::finish() {
  return tree_->finish_folders(stop_);
}

Result<> Extractor::drain(TarReader& tar) {
  Piece piece;
  TRY(bool more, tar.read(piece));
  while (more) {
    callbacks_.tick();
    if (stop_.stop_requested()) return Error{Errc::kCancelled, 0, "stopped"};
    TRY(more, tar.read(piece));
  }
  return {};
}

// Enters the folder of the member and sets `name` to its name there.
Extractor::Verdict Extractor::go_to(const Member& member, std::string& name) {
  std::vector<std::string_view> parts;
  if (const std::optional<Refusal> refusal = split_path(member.path, parts)) return refusal;
  if (parts.empty()) return std::optional(Refusal::kBadName);
  if (options_.flatten) {
    name = join_parts(parts, '-');
    parts.clear();
  } else {
    name = parts.back();
    parts.pop_back();
  }
  return enter(parts);
}

Extractor::Verdict Extractor::enter(const std::vector<std::string_view>& parts) {
  TRY(const std::optional<Refusal> refusal, tree_->enter(parts));
  if (!refusal && options_.resume && !cleared_.contains(tree_->folder_path())) {
    cleared_.insert(tree_->folder_path());
    counts_.left_over += io::remove_left_over(tree_->folder(), {}, stop_);
  }
  return refusal;
}

std::string Extractor::free_name(const std::string& name) const {
  return archive::free_name(
      name, [&](const std::string& other) { return tree_->made(tree_->path_of(other)); });
}

Result<Extractor::Target> Extractor::find_name(const std::string& name,
                                               const IsComplete& is_complete) const {
  constexpr uint64_t kMostFolders = 100;
  Target target{name};
  if (tree_->made(tree_->path_of(name))) target.name = free_name(name);
  for (uint64_t number = 2; number <= kMostFolders; ++number) {
    struct stat facts {};
    if (::fstatat(tree_->folder(), target.name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) return target;
      const Error error = errno_error(errno, tree_->shown(tree_->path_of(target.name)));
      target.refusal = refusal_for(error);
      if (!target.refusal) return error;
      return target;
    }
    if (!S_ISDIR(facts.st_mode)) {
      bool complete = false;
      if (options_.resume) {
        TRY(complete, is_complete(target.name, facts));
      }
      if (complete) {
        target.spot = Spot::kComplete;
      } else if (options_.force) {
        target.spot = Spot::kReplace;
      } else {
        target.refusal = Refusal::kExists;
      }
      return target;
    }
    target.name = numbered_name(name, number);
    if (tree_->made(tree_->path_of(target.name))) target.name = free_name(name);
  }
  target.refusal = Refusal::kExists;
  return target;
}

void Extractor::made(const Member& member, const std::string& name, const std::string& wanted,
                     bool written) {
  const std::string path = tree_->path_of(name);
  tree_->note(path);
  callbacks_.made(path, written);
  if (name == wanted) return;
  ++counts_.numbered;
  callbacks_.numbered(member, path);
}

std::string Extractor::output_of(const std::vector<std::string_view>& parts) const {
  const std::string path = join_parts(parts, options_.flatten ? '-' : '/');
  const std::string packed = path + std::string(io::suffix_of(options_.compression));
  if (tree_->made(packed)) return packed;
  return tree_->made(path) ? path : std::string();
}

// Returns whether the file with that name has the expected contents. A file that an earlier run has
// renamed is complete, but a power failure or another program may have changed it.
Result<bool> Extractor::holds(const std::string& name, const struct stat& facts,
                              const Member& member, bool packed) const {
  if (!S_ISREG(facts.st_mode) || !same_mtime(facts, member)) return false;
  if (!packed) return static_cast<uint64_t>(facts.st_size) == member.size_bytes;
  const Fd file(uninterrupted([&] {
    return ::openat(tree_->folder(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  }));
  // Errors other than a missing permission do not tell anything about the contents.
  if (!file.valid() && errno != EACCES && errno != ENOENT && errno != ELOOP && errno != ENXIO)
    return errno_error(errno, tree_->shown(tree_->path_of(name)));
  if (!file.valid()) return false;  // not readable
  Result<bool> whole =
      io::holds_compressed(file.value(), options_.compression, member.size_bytes, stop_);
  if (!whole) return whole.error().with_context(tree_->shown(tree_->path_of(name)));
  return whole;
}

Extractor::Verdict Extractor::take_file(TarReader& tar, const Member& member) {
  std::string name;
  TRY(std::optional<Refusal> refusal, go_to(member, name));
  if (refusal) return refusal;

  // Compressed members are recognized by their first bytes, which may be in several pieces.
  std::vector<uint8_t> head;
  Piece piece;
  TRY(bool more, tar.read(piece));
  bool pack = compressor_ != nullptr;
  while (pack && more && piece.offset == head.size() && head.size() + piece.bytes.size() < kMagic) {
    head.insert(head.end(), piece.bytes.begin(), piece.bytes.end());
    TRY(more, tar.read(piece));
  }
  const bool packed_before = pack && is_compressed(head, more ? piece : Piece{});
  if (packed_before) pack = false;
  if (pack) name += io::suffix_of(options_.compression);

  TRY(const Target target, find_name(name, [&](const std::string& it, const struct stat& facts) {
        return holds(it, facts, member, pack);
      }));
  if (target.refusal) return target.refusal;
  if (target.spot == Spot::kComplete) {
    ++counts_.resumed;
    made(member, target.name, name);
    return std::optional<Refusal>();
  }
  Result<OutputFile> file =
      OutputFile::create(tree_->folder(), target.name, tree_->shown(tree_->path_of(target.name)));
  if (!file) {
    if (refusal = refusal_for(file.error()); refusal) return refusal;
    return file.error();
  }
  MemberSink sink(*std::move(file), pack ? compressor_.get() : nullptr, guard_, member.size_bytes,
                  stop_);
  if (!head.empty()) {
    callbacks_.piece({head, 0});
    TRY(refusal, sink.put({head, 0}));
    if (refusal) return refusal;
  }
  Verdict written = write_file(tar, member, target, sink, piece, more);
  if (!written && written.error().sys == EFBIG && !tar.failed())
    return std::optional(Refusal::kTooLarge);
  TRY(refusal, std::move(written));
  if (refusal) return refusal;
  ++counts_.files;
  counts_.packed_before += packed_before ? 1 : 0;
  made(member, target.name, name, true);
  return std::optional<Refusal>();
}

Extractor::Verdict Extractor::write_file(TarReader& tar, const Member& member, const Target& target,
                                         MemberSink& sink, Piece piece, bool more) {
  while (more) {
    callbacks_.piece(piece);
    TRY(const std::optional<Refusal> refusal, sink.put(piece));
    if (refusal) return refusal;
    callbacks_.tick();
    TRY(more, tar.read(piece));
  }
  TRY_VOID(sink.finish());
  const Existing existing = target.spot == Spot::kReplace ? Existing::kReplace : Existing::kKeep;
  TRY(const bool named,
      sink.file().publish(member.mode & kPermissions, mtime_of(member), existing, options_.sync));
  if (!named) return std::optional(Refusal::kExists);
  counts_.plain_bytes += member.size_bytes;
  counts_.written_bytes += sink.written_bytes();
  counts_.set_id += (member.mode & kSetId) != 0 ? 1 : 0;
  return std::optional<Refusal>();
}

Extractor::Verdict Extractor::take_folder(const Member& member) {
  std::vector<std::string_view> parts;
  if (const std::optional<Refusal> refusal = split_path(member.path, parts)) return refusal;
  if (options_.flatten || parts.empty()) return std::optional<Refusal>();
  TRY(const std::optional<Refusal> refusal, enter(parts));
  if (refusal) return refusal;
  tree_->finish_later(member.mode & kPermissions, mtime_of(member));
  ++counts_.folders;
  counts_.set_id += (member.mode & kSetId) != 0 ? 1 : 0;
  return std::optional<Refusal>();
}

}  // namespace gophercap::archive
