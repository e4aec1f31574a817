#include "dataset/scan/tarball_scan.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "archive/extract/path_set.h"
#include "archive/index/checkpoint_keeper.h"
#include "archive/index/index_writer.h"
#include "archive/index/indexed_member.h"
#include "archive/index/member_source.h"
#include "archive/index/tarball_identity.h"
#include "archive/tar/member_names.h"
#include "archive/tar/member_path.h"
#include "archive/tar/read_ahead.h"
#include "archive/tar/tar_reader.h"
#include "archive/tarball.h"
#include "base/shortage.h"
#include "dataset/find/member_path.h"
#include "io/prefixed_source.h"

namespace gophercap::dataset {
namespace {

using archive::Member;
using archive::MemberKind;
using archive::MemberSource;
using archive::TarReader;

// The scanner owns its source, but this one has to outlive it.
class Borrowed final : public io::ByteSource {
 public:
  explicit Borrowed(io::ByteSource& source) : source_(source) {}
  Result<size_t> read(std::span<uint8_t> out) override { return source_.read(out); }

 private:
  io::ByteSource& source_;
};

// "a/../b/./c" and "/b/c" become "b/c". Empty if the path leads outside.
std::string resolved(const std::string& path) {
  std::vector<std::string_view> parts;
  std::string_view rest = path;
  while (!rest.empty()) {
    const size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (parts.empty()) {
      return {};
    } else {
      parts.pop_back();
    }
  }
  return archive::join_parts(parts, '/');
}

class Pass {
 public:
  Pass(const std::string& path, const NameChoice& choice, ScanProgress& progress,
       std::stop_token stop, io::DecodePool* pool)
      : path_(path), choice_(choice), progress_(progress), stop_(std::move(stop)), pool_(pool) {}

  Result<TarballScan> run(const std::string& index_path);
  // Scans a tarball that is already open.
  Result<TarballScan> run_over(archive::Tarball tarball, archive::IndexWriter* index,
                               archive::CheckpointKeeper& keeper);

 private:
  Result<> members(archive::IndexWriter* index);
  Result<> take(const Member& member, archive::IndexWriter* index);
  Result<> take_file(const Member& member, std::string name, std::string stored_path,
                     archive::IndexWriter* index);
  void note_doubt(const Member& member, FileSummary* summary);
  void take_link(const Member& member, std::string name);
  Result<> resolve_links(archive::IndexWriter* index);
  Result<> add_link(const std::string& link, const std::string& file, archive::IndexWriter* index);
  bool is_chosen(const std::string& name) const {
    return choice_.member_ending_fits(path_, name) && choice_.path_fits(member_path(path_, name));
  }
  void tell();
  Result<> check_unchanged() const;
  archive::Coverage coverage() const noexcept;

  const std::string& path_;
  const NameChoice& choice_;
  ScanProgress& progress_;
  std::stop_token stop_;
  io::DecodePool* const pool_;  // for the tarball, and for compressed captures in it
  archive::Tarball tarball_;
  archive::TarballIdentity identity_;  // when the tarball was opened, like facts_
  io::FileFacts facts_;
  std::unique_ptr<TarReader> tar_;
  archive::MemberNames names_;
  archive::PathSet names_of_files_;
  // Links by their target, and selected files as indexes of scan_.files.
  std::unordered_multimap<std::string, std::string, archive::PathHash> links_;
  std::unordered_map<std::string, size_t, archive::PathHash> files_by_path_;
  uint64_t told_bytes_ = 0;
  TarballScan scan_;
};

void Pass::tell() {
  const uint64_t bytes = tarball_.bytes_read->load(std::memory_order_relaxed);
  progress_.bytes_done.fetch_add(bytes - told_bytes_, std::memory_order_relaxed);
  told_bytes_ = bytes;
}

Result<> Pass::take_file(const Member& member, std::string name, std::string stored_path,
                         archive::IndexWriter* index) {
  const uint64_t header_offset = tar_->header_offset();
  MemberSource source(*tar_, member, stop_);
  const bool chosen = is_chosen(name);
  FileSummary summary;
  if (chosen) {
    summary = scan_source(std::make_unique<Borrowed>(source), &progress_, stop_, pool_);
    TRY_VOID(capture::check_memory(summary.damage, member_path(path_, name)));
    summary.path = member_path(path_, name);
    summary.tarball = path_;
    summary.file_size_bytes = member.size_bytes;
    summary.mtime_ns = archive::mtime_ns_of(member);
  }
  const Result<> finished = source.finish();
  const bool broken = !finished && tar_->failed();  // the archive is broken, not only this member
  archive::IndexedMember indexed{.path = name,
                                 .archive_offset = source.archive_offset(),
                                 .size_bytes = member.size_bytes,
                                 .mtime_ns = archive::mtime_ns_of(member),
                                 .extents = source.extents(),
                                 .header_offset = header_offset};
  if (stored_path != name) {
    indexed.origin = archive::NameOrigin::kNumbered;
    indexed.stored_path = std::move(stored_path);
  }
  const bool usable = (finished || broken) && source.can_be_indexed();
  if (usable && index != nullptr) TRY_VOID(index->add(indexed));
  note_doubt(member, chosen ? &summary : nullptr);
  if (chosen) {
    if (!usable) {
      ++scan_.left_out;
      if (!summary.damage)
        summary.damage = capture::Damage{0, Errc::kUnsupported, "a sparse file of too many parts"};
    }
    files_by_path_.emplace(std::move(name), scan_.files.size());
    scan_.files.push_back(std::move(summary));
  }
  if (!finished && !broken && finished.error().code != Errc::kCancelled) return {};
  return finished;
}

// Damaged headers of a capture count as its damage. Those of another member may hide a capture.
void Pass::note_doubt(const Member& member, FileSummary* summary) {
  if (member.doubt.empty()) return;
  ++scan_.doubtful;
  if (summary == nullptr) {
    if (scan_.first_doubt.empty()) scan_.first_doubt = member.path + ": " + member.doubt;
  } else if (!summary->damage) {
    summary->damage =
        capture::Damage{summary->plain_bytes, Errc::kCorrupt, "tar archive: " + member.doubt};
  }
}

// Both kinds of links contain a path: hard links relative to the top of the archive, symbolic links
// relative to their folder.
void Pass::take_link(const Member& member, std::string name) {
  std::string target = member.link;
  if (member.kind == MemberKind::kSymlink) {
    // Absolute links lead out of the archive.
    if (archive::is_absolute(target)) return;
    target = name.substr(0, name.rfind('/') + 1) + target;
  }
  links_.emplace(resolved(target), std::move(name));
}

Result<> Pass::take(const Member& member, archive::IndexWriter* index) {
  const bool file = member.kind == MemberKind::kFile;
  const bool link = member.kind == MemberKind::kHardLink || member.kind == MemberKind::kSymlink;
  const bool folder = member.kind == MemberKind::kFolder;
  if (!file) note_doubt(member, nullptr);
  if (!file && !link && !folder) return {};
  std::vector<std::string_view> parts;
  std::optional<archive::Refusal> refusal = archive::split_path(member.path, parts);
  if (!refusal && member.link.size() > archive::kLongestPath)
    refusal = archive::Refusal::kPathTooLong;
  if (folder) {
    // If the folder cannot be created, this matters only for files in it.
    if (!refusal) static_cast<void>(names_.add_folder(parts));
    return {};
  }
  std::string name;
  if (!refusal) refusal = names_.add(parts, name);
  if (refusal) {
    if (file) note_doubt(member, nullptr);
    if (!choice_.member_ending_fits(path_, member.path)) return {};
    ++scan_.left_out;
    ++scan_.refused[static_cast<size_t>(*refusal)];
    return {};
  }
  if (archive::is_absolute(member.path)) ++scan_.absolute;
  if (!file) {
    take_link(member, std::move(name));
    return {};
  }
  names_of_files_.insert(name);
  return take_file(member, std::move(name), archive::join_parts(parts, '/'), index);
}

// A link may lead to another link and may come before its target. So each link that is resolved
// becomes a possible target of others.
Result<> Pass::resolve_links(archive::IndexWriter* index) {
  std::vector<std::pair<std::string, std::string>> open;  // a link and the file that it leads to
  const auto lead_to = [&](const std::string& target, const std::string& file) {
    const auto [first, last] = links_.equal_range(target);
    for (auto link = first; link != last; ++link) open.emplace_back(link->second, file);
    links_.erase(first, last);
  };
  std::vector<std::string> targets;
  for (const auto& [target, link] : links_) targets.push_back(target);
  for (const std::string& target : targets) {
    if (stop_.stop_requested()) return Error{Errc::kCancelled, 0, "stopped"};
    if (names_of_files_.contains(target)) lead_to(target, target);
  }
  while (!open.empty()) {
    if (stop_.stop_requested()) return Error{Errc::kCancelled, 0, "stopped"};
    const auto [link, file] = std::move(open.back());
    open.pop_back();
    lead_to(link, file);
    TRY_VOID(add_link(link, file, index));
  }
  return {};
}

Result<> Pass::add_link(const std::string& link, const std::string& file,
                        archive::IndexWriter* index) {
  bool indexed = false;
  if (index != nullptr) {
    TRY(indexed, index->add_link(link, file));
  }
  if (!is_chosen(link)) return {};
  const auto known = files_by_path_.find(file);
  if (known != files_by_path_.end()) {
    FileSummary summary = scan_.files[known->second];
    summary.path = member_path(path_, link);
    scan_.files.push_back(std::move(summary));
  } else if (indexed) {
    scan_.unscanned.push_back(member_path(path_, link));
  } else {
    ++scan_.left_out;
  }
  return {};
}

Result<> Pass::members(archive::IndexWriter* index) {
  Member member;
  TRY(bool more, tar_->next(member));
  while (more) {
    ++scan_.members;
    TRY_VOID(take(member, index));
    tell();
    if (stop_.stop_requested()) return Error{Errc::kCancelled, 0, "stopped"};
    TRY(more, tar_->next(member));
  }
  return {};
}

Result<TarballScan> Pass::run_over(archive::Tarball tarball, archive::IndexWriter* index,
                                   archive::CheckpointKeeper& keeper) {
  tarball_ = std::move(tarball);
  auto ahead = std::make_unique<archive::ReadAhead>(std::move(tarball_.source), stop_);
  Result<std::unique_ptr<TarReader>> tar = TarReader::open(*ahead);
  if (!tar) return tar.error().with_context(tarball_.name);
  tar_ = *std::move(tar);
  if (const Result<> passed = members(index); !passed) {
    if (passed.error().code == Errc::kCancelled) {
      tar_.reset();
      scan_.interrupted = true;
      return std::move(scan_);
    }
    if (is_shortage(passed.error())) return passed.error().with_context(tarball_.name);
    if (!tar_->failed()) return passed.error();
    if (scan_.members == 0) return passed.error().with_context(tarball_.name);
    scan_.damage = capture::damage_at(tar_->plain_bytes(), passed.error());
  }
  tell();
  progress_.files_done.fetch_add(1, std::memory_order_relaxed);
  if (const Result<> resolved_all = resolve_links(index); !resolved_all) {
    if (resolved_all.error().code != Errc::kCancelled) return resolved_all.error();
    scan_.interrupted = true;
  }
  scan_.losses = tar_->losses();
  const uint64_t plain_bytes = tar_->plain_bytes();
  tar_.reset();
  ahead.reset();  // it may still decode what follows the end of the archive
  if (index != nullptr && !scan_.interrupted) {
    TRY_VOID(check_unchanged());
    TRY_VOID(keeper.result());
    TRY_VOID(index->finish(plain_bytes, coverage()));
  }
  std::sort(scan_.files.begin(), scan_.files.end(),
            [](const FileSummary& a, const FileSummary& b) { return a.path < b.path; });
  return std::move(scan_);
}

archive::Coverage Pass::coverage() const noexcept {
  if (scan_.damage) return archive::Coverage::kUpToDamage;
  if (scan_.losses.count > 0 || scan_.doubtful > 0) return archive::Coverage::kDoubtful;
  return scan_.left_out > 0 ? archive::Coverage::kMembersLeftOut : archive::Coverage::kWhole;
}

// The tarball may have changed while it was read. The index must describe the state that it names.
Result<> Pass::check_unchanged() const {
  TRY(const archive::TarballIdentity now, archive::identify(path_));
  if (now == identity_ && facts_.size_bytes == identity_.size_bytes &&
      facts_.mtime_ns == identity_.mtime_ns) {
    return {};
  }
  return Error{Errc::kCorrupt, 0, path_ + ": has changed while it was read"};
}

Result<TarballScan> Pass::run(const std::string& index_path) {
  std::unique_ptr<archive::IndexWriter> index;
  archive::CheckpointKeeper keeper;
  const bool indexed = !index_path.empty();
  TRY(archive::Tarball tarball,
      archive::open_tarball(path_, pool_, indexed ? &keeper : nullptr, stop_));
  if (indexed) {
    facts_ = tarball.facts;
    TRY(identity_, archive::identify(path_));
    TRY(index, archive::IndexWriter::create(index_path, path_, identity_, tarball.compression));
    keeper.write_to(*index);
  }
  return run_over(std::move(tarball), index.get(), keeper);
}

// Returns the bytes of `source` up to `wanted`, or to its end.
Result<std::vector<uint8_t>> read_front(io::ByteSource& source, size_t wanted) {
  std::vector<uint8_t> front(wanted);
  size_t filled = 0;
  while (filled < wanted) {
    Result<size_t> got = source.read(std::span(front).subspan(filled));
    if (!got && filled == 0) return got.error();
    if (!got || *got == 0) break;
    filled += *got;
  }
  front.resize(filled);
  return front;
}

}  // namespace

Result<TarballScan> scan_tarball(const std::string& path, const NameChoice& choice,
                                 const std::string& index_path, ScanProgress& progress,
                                 std::stop_token stop, io::DecodePool* pool) {
  return Pass(path, choice, progress, std::move(stop), pool).run(index_path);
}

Result<TarballScan> scan_standard_input(const NameChoice& choice, ScanProgress& progress,
                                        std::stop_token stop, io::DecodePool* pool) {
  const std::string path = "-";
  TRY(archive::Tarball tarball, archive::open_tarball(path, pool, nullptr, stop));
  TRY(std::vector<uint8_t> front, read_front(*tarball.source, archive::kTarHeaderBytes));
  const bool is_tar = archive::begins_tar(front);
  tarball.source =
      std::make_unique<io::PrefixedSource>(std::move(front), std::move(tarball.source));
  if (is_tar) {
    archive::CheckpointKeeper keeper;
    return Pass(path, choice, progress, std::move(stop), pool)
        .run_over(std::move(tarball), nullptr, keeper);
  }
  TarballScan scan;
  FileSummary summary = scan_source(std::move(tarball.source), &progress, std::move(stop), pool);
  TRY_VOID(capture::check_memory(summary.damage, path));
  summary.path = path;
  summary.compression = tarball.compression;
  summary.file_size_bytes = summary.plain_bytes;
  progress.files_done.fetch_add(1, std::memory_order_relaxed);
  scan.files.push_back(std::move(summary));
  return scan;
}

}  // namespace gophercap::dataset
