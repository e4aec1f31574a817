#include "jobs/map/tarballs.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "archive/index/archive_index.h"
#include "archive/index/index_writer.h"
#include "archive/index/open_member.h"
#include "archive/index/tarball_identity.h"
#include "dataset/find/member_path.h"
#include "io/parallel/decode_pool.h"

namespace gophercap::jobs {
namespace {

using archive::ArchiveIndex;
using dataset::FileSummary;
using dataset::NameChoice;
using dataset::ScanProgress;

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/') + 1);
}

bool exists(const std::string& path) {
  struct stat facts {};
  return ::lstat(path.c_str(), &facts) == 0;
}

// If there are more tarballs with the same name, they have no index beside the dump.
constexpr unsigned kMostOfOneName = 1000;

// The place in the folder where the index of this tarball is or would be.
struct Place {
  std::string path;
  std::unique_ptr<ArchiveIndex> index;  // null: none that matches
  std::string problem;                  // of an index that will be replaced
  std::vector<std::string> distrusted;  // why indexes of other users were not read
};

Place look_in(const std::string& folder, const std::string& tarball,
              const archive::TarballIdentity& identity, io::Owners owners) {
  Place place;
  for (unsigned number = 1; number < kMostOfOneName; ++number) {
    const std::string path = archive::index_path(folder, tarball, number);
    if (!exists(path)) {
      if (place.path.empty()) place.path = path;
      return place;
    }
    auto index = ArchiveIndex::open(path, owners);
    if (index && (*index)->identity() == identity) {
      place.path = path;
      place.index = *std::move(index);
      place.problem.clear();
      return place;
    }
    if (!index && index.error().cause == Cause::kUntrustedOwner) {
      place.distrusted.push_back(index.error().what);
      continue;
    }
    // The index of an earlier state of the same tarball, or an unreadable one, may be replaced.
    // Other files stay.
    const bool replaceable =
        index ? (*index)->tarball_path() == tarball : ArchiveIndex::is_at(path);
    if (place.path.empty() && replaceable) {
      place.path = path;
      if (!index && index.error().code == Errc::kCorrupt)
        place.problem = fmt::format("{}: {}", path, index.error().what);
    }
  }
  return place;
}

bool is_refused(const Error& error) {
  constexpr std::array kElsewhere = {EROFS, EACCES, EPERM, ENAMETOOLONG, ENOENT};
  return error.code == Errc::kPermission ||
         std::find(kElsewhere.begin(), kElsewhere.end(), error.sys) != kElsewhere.end();
}

// True if a pass would not find more. Members that were left out do not matter if others are
// selected by name.
bool tells_all(archive::Coverage coverage, const NameChoice& choice) {
  return coverage == archive::Coverage::kWhole ||
         (coverage == archive::Coverage::kMembersLeftOut && choice.by_path());
}

const FileSummary* first_damaged(const std::vector<FileSummary>& files) {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [](const FileSummary& file) { return file.damage.has_value(); });
  return found == files.end() ? nullptr : &*found;
}

std::string losses_of(const archive::TarLosses& losses) {
  const archive::TarLosses::Place& first = losses.first.front();
  std::string text = first.reason;
  if (losses.count > 1) text += fmt::format(" (and {} more such places)", losses.count - 1);
  return text;
}

// Says why members are left out; if there are several reasons, with the number for each.
std::string reasons_of(const dataset::TarballScan& scan) {
  std::string reasons;
  const auto add = [&](uint64_t count, std::string_view reason) {
    if (count == 0) return;
    if (!reasons.empty()) reasons += "; ";
    reasons += reason;
    if (count < scan.left_out) reasons += ": " + std::to_string(count);
  };
  uint64_t others = scan.left_out;
  for (size_t i = 0; i < archive::kRefusals; ++i) {
    add(scan.refused[i], archive::reason_of(static_cast<archive::Refusal>(i)));
    others -= scan.refused[i];
  }
  add(others, "a link to nothing that is used, or a sparse file of too many parts");
  return reasons;
}

}  // namespace

std::string temporary_parent() {
  const char* parent = ::secure_getenv("TMPDIR");
  return parent != nullptr && *parent != '\0' ? parent : "/tmp";
}

std::optional<FileSummary> own_entry(const std::string& path, const dataset::TarballScan& scan) {
  std::vector<std::string> reasons;
  if (scan.damage) reasons.push_back(scan.damage->reason);
  if (scan.losses.count > 0) reasons.push_back(losses_of(scan.losses));
  if (!scan.first_doubt.empty()) reasons.push_back(scan.first_doubt);
  if (scan.left_out > 0) {
    const std::string count =
        scan.left_out == 1 ? "a member is" : fmt::format("{} members are", scan.left_out);
    reasons.push_back(fmt::format("{} left out: {}", count, reasons_of(scan)));
  }
  if (reasons.empty()) return std::nullopt;
  FileSummary entry = dataset::unreadable(path, {});
  entry.damage = scan.damage;
  if (!entry.damage) {
    const bool lost = scan.losses.count > 0;
    const bool damaged = lost || !scan.first_doubt.empty();
    entry.damage = capture::Damage{lost ? scan.losses.first.front().offset : 0,
                                   damaged ? Errc::kCorrupt : Errc::kUnsupported,
                                   {}};
  }
  entry.damage->reason = fmt::format("{}", fmt::join(reasons, "; "));
  return entry;
}

Tarballs::Tarballs(const std::string& dump_path, unsigned workers, Reporter& reporter,
                   std::stop_token stop, io::Owners owners)
    : dump_folder_(folder_of(dump_path)),
      has_dump_(!dump_path.empty() && dump_path != "-"),
      workers_(workers),
      reporter_(reporter),
      stop_(std::move(stop)),
      owners_(owners) {}

Tarballs::~Tarballs() {
  if (temporary_.empty()) return;
  try {
    std::error_code ignored;
    std::filesystem::remove_all(temporary_, ignored);
  } catch (const std::bad_alloc&) {  // the folder stays
  }
}

std::vector<std::string> Tarballs::folders_for(const std::string& tarball) const {
  std::vector<std::string> folders;
  if (has_dump_) folders.push_back(dump_folder_);
  const std::string beside = folder_of(tarball);
  if (!has_dump_ || beside != dump_folder_) folders.push_back(beside);
  return folders;
}

Result<std::string> Tarballs::temporary_folder() {
  if (temporary_.empty()) {
    std::string path = temporary_parent() + "/gophercap-index-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) return errno_error(errno, path);
    temporary_ = path;
  }
  return temporary_;
}

Result<bool> Tarballs::find_index(const std::string& tarball) {
  if (store_->index_of(tarball) != nullptr) return true;
  if (discarded_.contains(tarball)) return false;
  TRY(const archive::TarballIdentity identity, archive::identify(tarball));
  std::vector<std::string> problems;
  for (const std::string& folder : folders_for(tarball)) {
    Place place = look_in(folder, tarball, identity, owners_);
    for (const std::string& why : place.distrusted) {
      if (distrusted_.insert(why).second) reporter_.warning(why + " (--trust)");
    }
    if (!place.problem.empty()) problems.push_back(std::move(place.problem));
    if (place.index == nullptr) continue;
    store_->add(tarball, std::move(place.index));
    return true;
  }
  for (const std::string& problem : problems)
    reporter_.warning(fmt::format("{}; making it anew", problem));
  return false;
}

// Reads the selected members one by one if that is less work than reading everything.
Result<std::optional<std::vector<FileSummary>>> Tarballs::map_by_index(const std::string& tarball,
                                                                       const NameChoice& choice,
                                                                       ScanProgress& progress) {
  const ArchiveIndex& index = *store_->index_of(tarball);
  std::vector<std::string> paths;
  std::vector<uint64_t> offsets;
  std::vector<std::string> others;
  uint64_t bytes = 0;
  TRY_VOID(index.each_member([&](const archive::IndexedMember& member) {
    std::string path = dataset::member_path(tarball, member.path);
    if (choice.member_ending_fits(tarball, member.path) && choice.path_fits(path)) {
      paths.push_back(std::move(path));
      offsets.push_back(member.archive_offset);
      bytes += member.size_bytes;
    } else {
      others.push_back(member.path);
    }
    return true;
  }));
  // Selected members are checked when they are opened. The others have to be checked here, since
  // one of them might have been selected by its real name.
  TRY_VOID(check_index(tarball, std::move(others)));
  // Members can be read in parallel, the whole tarball only from beginning to end.
  const uint64_t worth_it =
      index.plain_bytes() / 4 * 3 * std::min<uint64_t>(workers_, std::max<size_t>(paths.size(), 1));
  const uint64_t most_before = index.plain_bytes() / 4;
  for (size_t i = 0; i < offsets.size() && index.compression() != io::Compression::kNone; ++i) {
    TRY(const uint64_t before, index.decoded_before(offsets[i]));
    bytes += before;
    if (bytes > worth_it || before > most_before) return std::optional<std::vector<FileSummary>>();
  }
  std::vector<FileSummary> files =
      dataset::scan_files(paths, workers_, progress, stop_, store_.get());
  for (FileSummary& file : files) file.tarball = tarball;
  return std::optional(std::move(files));
}

Result<std::vector<FileSummary>> Tarballs::pass(const std::string& tarball,
                                                const NameChoice& choice, ScanProgress& progress) {
  TRY(const archive::TarballIdentity identity, archive::identify(tarball));
  std::vector<std::string> places;
  for (const std::string& folder : folders_for(tarball))
    places.push_back(look_in(folder, tarball, identity, owners_).path);
  std::erase(places, std::string());
  std::string path;
  Result<dataset::TarballScan> scan = Error{Errc::kPermission, 0, "no place for an index"};
  io::DecodePool pool(io::DecodePool::spare(workers_, 1));
  for (const std::string& place : places) {
    path = place;
    scan = dataset::scan_tarball(tarball, choice, place, progress, stop_, &pool);
    if (scan || !is_refused(scan.error())) break;
  }
  if (!scan && is_refused(scan.error())) {
    reporter_.warning(fmt::format("{}; the index of {} is kept until the end of this run only",
                                  scan.error().what, tarball));
    TRY(const std::string folder, temporary_folder());
    path = look_in(folder, tarball, identity, owners_).path;
    scan = dataset::scan_tarball(tarball, choice, path, progress, stop_, &pool);
  }
  if (!scan) return scan.error();
  if (scan->interrupted) return Error{Errc::kCancelled, 0, "stopped"};
  Result<std::unique_ptr<ArchiveIndex>> index = ArchiveIndex::open(path, owners_);
  // We have just made it, so an error while reading it is not caused by the tarball. SQLite reports
  // EIO as corruption.
  if (!index) return errno_error(index.error().sys != 0 ? index.error().sys : EIO, path);
  store_->add(tarball, *std::move(index));
  discarded_.erase(tarball);
  passed_.insert(tarball);
  std::vector<FileSummary> links =
      dataset::scan_files(scan->unscanned, workers_, progress, stop_, store_.get());
  for (FileSummary& file : links) {
    file.tarball = tarball;
    scan->files.push_back(std::move(file));
  }
  if (scan->absolute > 0) {
    reporter_.info(fmt::format("{}: the leading / was removed from the paths of {} {}", tarball,
                               scan->absolute, scan->absolute == 1 ? "member" : "members"));
  }
  if (std::optional<FileSummary> entry = own_entry(tarball, *scan)) {
    add_problems(tarball, *scan, *entry);
    scan->files.push_back(*std::move(entry));
  }
  return std::move(scan->files);
}

void Tarballs::add_problems(const std::string& name, const dataset::TarballScan& scan,
                            const FileSummary& own_entry) {
  const capture::Damage& damage = *own_entry.damage;
  std::string_view where = "byte";
  if (scan.damage) where = damage.refused() ? "not read further than byte" : "breaks at byte";
  const std::string place = damage.offset_bytes > 0
                                ? fmt::format("{} {} of the archive: ", where, damage.offset_bytes)
                                : "";
  problems_.push_back({damage.code, 0, fmt::format("{}: {}{}", name, place, damage.reason)});
}

Result<std::vector<FileSummary>> Tarballs::map(const std::string& tarball, const NameChoice& choice,
                                               ScanProgress& progress) {
  TRY(const bool indexed, find_index(tarball));
  if (indexed && tells_all(store_->index_of(tarball)->coverage(), choice)) {
    Result<std::optional<std::vector<FileSummary>>> files = map_by_index(tarball, choice, progress);
    if (!files && files.error().code == Errc::kCancelled) return files.error();
    if (files && *files) {
      const FileSummary* const damaged = first_damaged(**files);
      const bool holds = damaged == nullptr || passed_.contains(tarball) || progress.refused() ||
                         stop_.stop_requested();
      if (holds) return **std::move(files);
      // Only the tarball itself can tell whether the capture or the index is wrong.
      discard_index(tarball, damaged->damage->error());
    }
    if (!files) discard_index(tarball, files.error());
  }
  return pass(tarball, choice, progress);
}

void Tarballs::discard_index(const std::string& tarball, const Error& why) {
  if (why.cause == Cause::kIndexMismatch)
    reporter_.warning(fmt::format("{}; making it anew", why.what));
  store_->remove(tarball);
  discarded_.insert(tarball);
}

Result<std::optional<std::vector<FileSummary>>> Tarballs::map_again(
    const std::string& tarball, std::unordered_set<std::string> paths, const Error& why,
    ScanProgress& progress) {
  if (passed_.contains(tarball)) return std::optional<std::vector<FileSummary>>();
  discard_index(tarball, why);
  TRY(std::vector<FileSummary> files,
      pass(tarball, NameChoice::exactly(std::move(paths)), progress));
  return std::optional(std::move(files));
}

Result<> Tarballs::check_index(const std::string& tarball,
                               std::optional<std::vector<std::string>> members) const {
  const ArchiveIndex& index = *store_->index_of(tarball);
  if (!members) {
    members.emplace();
    const Result<> listed = index.each_member([&](const archive::IndexedMember& member) {
      members->push_back(member.path);
      return true;
    });
    if (!listed) return archive::disagreement(index.path(), listed.error().what);
  }
  return archive::check_members(tarball, index, *members, stop_);
}

Result<> Tarballs::add_index(const std::string& tarball, ScanProgress& progress) {
  TRY(const bool indexed, find_index(tarball));
  if (indexed) return {};
  const Result<std::vector<FileSummary>> files = pass(tarball, NameChoice::exactly({}), progress);
  if (!files) return files.error();
  return {};
}

}  // namespace gophercap::jobs
