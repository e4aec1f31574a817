#include "jobs/tar/tar_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "archive/tar/read_ahead.h"
#include "archive/tarball.h"
#include "base/shortage.h"
#include "base/worker_pool.h"
#include "confine/confine.h"
#include "dataset/find/path_pattern.h"
#include "io/codec/foreign_format.h"
#include "io/file/atomic_file.h"
#include "io/open.h"
#include "io/parallel/decode_pool.h"
#include "jobs/map/extract_map.h"
#include "jobs/outputs.h"
#include "jobs/tar/output_folder.h"

namespace gophercap::jobs {
namespace {

using archive::Extractor;
using archive::Member;
using archive::MemberKind;
using archive::Piece;
using archive::Refusal;
using archive::TarReader;

// Limits the number of messages: a tarball may have a million hostile members.
class LimitedWords {
 public:
  explicit LimitedWords(Reporter& reporter) : reporter_(reporter) {}

  void refused(const Member& member, Refusal refusal) {
    if (!once_more(refused_)) return;
    constexpr size_t kShown = 200;  // for a path that is refused because of its length
    const bool for_length = refusal == Refusal::kPathTooLong || refusal == Refusal::kTooDeep;
    const bool cut = for_length && member.path.size() > kShown;
    reporter_.warning(fmt::format("{}{}: not extracted: {}",
                                  member.path.substr(0, cut ? kShown : std::string::npos),
                                  cut ? "..." : "", reason_of(refusal)));
  }
  void doubtful(const Member& member) {
    if (once_more(doubtful_))
      reporter_.warning(fmt::format("{}: damaged: {}", member.path, member.doubt));
  }
  void numbered(const Member& member, std::string_view path) {
    if (!once_more(numbered_)) return;
    reporter_.info(fmt::format("{}: the name is taken: written as {}", member.path, path));
  }

 private:
  static constexpr int kMost = 20;

  bool once_more(int& said) {
    if (said > kMost) return false;
    if (said++ < kMost) return true;
    reporter_.info("more of these are only counted");
    return false;
  }

  Reporter& reporter_;
  int refused_ = 0;
  int doubtful_ = 0;
  int numbered_ = 0;
};

bool lies_below(const std::filesystem::path& path, const std::filesystem::path& folder) {
  const std::filesystem::path relative =
      path.lexically_normal().lexically_relative(folder.lexically_normal());
  return !relative.empty() && *relative.begin() != "..";
}

// The state of one run.
class TarRun {
 public:
  TarRun(const TarOptions& options, Reporter& reporter, std::stop_token stop)
      : options_(options),
        reporter_(reporter),
        words_(reporter),
        stop_(std::move(stop)),
        last_told_(SendClock::now()) {}

  Result<TarResult> run();

 private:
  Result<> choose();
  Result<> open();
  Result<> prepare_dump();
  Result<> pass();
  Result<> take(const Member& member);
  Error with_its_format(const Error& error) const;
  Result<> end_early(const Error& error);
  bool is_chosen(const Member& member) const;
  void tick();

  const TarOptions& options_;
  Reporter& reporter_;
  LimitedWords words_;
  std::stop_token stop_;
  std::optional<dataset::PathPattern> pattern_;
  io::DecodePool pool_{cpu_count() - 1};  // one CPU is left to the thread that reads ahead
  archive::Tarball tarball_;
  std::unique_ptr<archive::ReadAhead> ahead_;
  std::unique_ptr<TarReader> tar_;
  std::unique_ptr<Extractor> extractor_;
  std::unique_ptr<ExtractMap> map_;     // null: no dump is wanted
  std::optional<io::AtomicFile> dump_;  // the file for it, if its folder exists already
  TarResult result_;
  std::string member_;  // the member being read
  SendTime last_told_;
};

Result<> TarRun::choose() {
  if (options_.regexp.empty()) return {};
  Result<dataset::PathPattern> pattern = dataset::PathPattern::make(options_.regexp);
  if (!pattern)
    return pattern.error().with_context(fmt::format("regular expression \"{}\"", options_.regexp));
  pattern_ = *std::move(pattern);
  return {};
}

// The output is opened last, so an unreadable tarball leaves no empty folder.
Result<> TarRun::open() {
  TRY(tarball_, archive::open_tarball(options_.tarball, &pool_, nullptr, stop_));
  result_.compression = tarball_.compression;
  ahead_ = std::make_unique<archive::ReadAhead>(std::move(tarball_.source), stop_);
  Result<std::unique_ptr<TarReader>> tar = TarReader::open(*ahead_);
  if (!tar) return with_its_format(tar.error()).with_context(tarball_.name);
  tar_ = *std::move(tar);
  return {};
}

// The dump may be in a folder that is still to be extracted.
Result<> TarRun::prepare_dump() {
  if (options_.map_path.empty() || options_.out_dir.empty()) return {};
  Result<io::AtomicFile> dump = io::AtomicFile::prepare(options_.map_path, io::Sync::kYes, stop_);
  if (dump) {
    dump_ = *std::move(dump);
  } else if (dump.error().sys != ENOENT || !lies_below(options_.map_path, options_.out_dir)) {
    return dump.error();
  }
  return {};
}

bool TarRun::is_chosen(const Member& member) const {
  if (!pattern_) return true;
  // Folders are created for the files in them.
  return member.kind != MemberKind::kFolder && pattern_->matches(member.path);
}

void TarRun::tick() {
  constexpr Nanos kReportEvery = std::chrono::milliseconds(100);
  const SendTime now = SendClock::now();
  if (now - last_told_ < kReportEvery) return;
  last_told_ = now;
  reporter_.progress(TarProgress{.bytes_done = tarball_.bytes_read->load(std::memory_order_relaxed),
                                 .bytes_total = tarball_.facts.size_bytes,
                                 .plain_bytes = tar_->plain_bytes(),
                                 .members = result_.members,
                                 .matching = result_.matching});
}

Result<> TarRun::take(const Member& member) {
  const bool chosen = is_chosen(member);
  // With a correct name, this member might have been selected.
  if (!member.doubt.empty()) {
    ++result_.doubtful;
    words_.doubtful(member);
  }
  if (chosen) {
    ++result_.matching;
    if (member.kind == MemberKind::kFile) result_.matching_bytes += member.size_bytes;
    if (options_.on_member) TRY_VOID(options_.on_member(member));
  }
  if (chosen && !options_.out_dir.empty()) {
    if (extractor_ == nullptr) {
      const Extractor::Callbacks callbacks = {
          .refused = [this](const Member& m, Refusal why) { words_.refused(m, why); },
          .numbered = [this](const Member& m, std::string_view path) { words_.numbered(m, path); },
          .piece =
              [this](const Piece& piece) {
                if (map_ != nullptr) map_->piece(piece);
              },
          .made =
              [this](std::string_view path, bool written) {
                if (map_ != nullptr) map_->made(path, written);
              },
          .tick = [this] { tick(); },
          .bytes_read = [this] { return tarball_.bytes_read->load(std::memory_order_relaxed); }};
      if (!options_.map_path.empty())
        map_ = std::make_unique<ExtractMap>(options_.out_dir, options_.extract.compression, pool_,
                                            stop_);
      TRY(extractor_, Extractor::make(options_.out_dir, options_.extract, callbacks, stop_));
    }
    if (map_ == nullptr) return extractor_->take(*tar_, member);
    TRY_VOID(map_->begin());
    Result<> taken = extractor_->take(*tar_, member);
    const Result<> ended = map_->end(member);
    return taken ? ended : taken;
  }
  Piece piece;
  TRY(bool more, tar_->read(piece));
  while (more) {
    tick();
    if (stop_.stop_requested()) return Error{Errc::kCancelled, 0, "stopped"};
    TRY(more, tar_->read(piece));
  }
  return {};
}

Result<> TarRun::pass() {
  Member member;
  TRY(bool more, tar_->next(member));
  while (more) {
    ++result_.members;
    member_ = member.path;
    TRY_VOID(take(member));
    member_.clear();
    tick();
    if (stop_.stop_requested()) return Error{Errc::kCancelled, 0, "stopped"};
    TRY(more, tar_->next(member));
  }
  return {};
}

// If the input is not a tar archive, names its format if it is known.
Error TarRun::with_its_format(const Error& error) const {
  if (error.cause != Cause::kNotATarball || !tarball_.facts.regular) return error;
  const Result<io::Input> input = io::open_input(options_.tarball, {.stop = stop_});
  if (!input) return error;
  std::array<uint8_t, io::kForeignBytes> front;
  const Result<size_t> size = input->source->read(front);
  if (!size) return error;
  const auto known = io::recognize_foreign(std::span(front).first(*size));
  if (!known) return error;
  Error named = error;
  named.what +=
      fmt::format(" but {}{}{}", known->name, known->cure.empty() ? "" : ": ", known->cure);
  return named;
}

// Decides what an error means for the work done before it.
Result<> TarRun::end_early(const Error& error) {
  if (error.code == Errc::kCancelled) {
    result_.interrupted = true;
    return {};
  }
  if (is_shortage(error)) return error.with_context(member_.empty() ? tarball_.name : member_);
  if (!tar_->failed()) return error;
  if (result_.members == 0) return with_its_format(error).with_context(tarball_.name);
  result_.damage = TarDamage{tarball_.bytes_read->load(std::memory_order_relaxed),
                             tar_->plain_bytes(), member_, error.code, error.what};
  return {};
}

Result<TarResult> TarRun::run() {
  const SendTime begun = SendClock::now();
  options_.memory.set();
  TRY_VOID(choose());
  TRY_VOID(refuse_to_overwrite(options_.outputs, {options_.tarball}));
  TRY_VOID(open());
  TRY_VOID(prepare_dump());
  if (const Result<> passed = pass(); !passed) TRY_VOID(end_early(passed.error()));
  if (extractor_ != nullptr) {
    TRY_VOID(extractor_->finish());
    result_.counts = extractor_->counts();
  }
  if (map_ != nullptr && !result_.interrupted) {
    if (!dump_) {
      TRY(dump_, io::AtomicFile::create(options_.map_path, io::Sync::kYes, stop_));
    }
    Result<> written =
        map_->write(*std::move(dump_), options_.outputs, options_.extract.workers, stop_);
    if (!written && written.error().code == Errc::kCancelled) {
      result_.interrupted = true;
    } else if (!written) {
      return written.error();
    } else {
      result_.map = map_->take_set();
    }
  }
  result_.plain_bytes = tar_->plain_bytes();
  result_.losses = tar_->losses();
  result_.stored_bytes = tarball_.bytes_read->load(std::memory_order_relaxed);
  result_.elapsed = SendClock::now() - begun;
  return std::move(result_);
}

void confine_to(const TarOptions& options, const OutputFolder& folder) {
  confine::Files files{.reads = {options.tarball}, .outputs = {options.map_path}};
  if (!options.out_dir.empty()) files.folders = {options.out_dir};
  if (!folder.made_in().empty()) files.emptied = {folder.made_in()};
  // Files that exist already may belong to any user.
  confine::confine_job(
      {.calls = confine::Calls::kFiles, .files = std::move(files), .owns_all = folder.is_used()});
}

}  // namespace

Result<TarResult> run_tar_extract(const TarOptions& options, Reporter& reporter,
                                  std::stop_token stop) {
  return or_out_of_memory(options.tarball, [&]() -> Result<TarResult> {
    const OutputFolder folder(options.out_dir);
    // Must come before the thread that reads the tarball starts.
    TRY_VOID(folder.result());
    confine_to(options, folder);
    return TarRun(options, reporter, std::move(stop)).run();
  });
}

}  // namespace gophercap::jobs
