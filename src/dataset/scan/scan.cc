#include "dataset/scan/scan.h"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <new>
#include <unordered_map>
#include <utility>

#include "base/saturating.h"
#include "base/shortage.h"
#include "base/worker_pool.h"
#include "capture/packet_loop.h"
#include "dataset/capture_store.h"
#include "dataset/scan/step_back.h"
#include "io/open.h"
#include "io/parallel/decode_pool.h"
#include "packet/packet_view.h"

namespace gophercap::dataset {
namespace {

using capture::CaptureReader;
using capture::PacketBatch;
using capture::ReadStatus;
using packet::PacketView;

// Everything that is updated for each packet.
class PacketStatistics {
 public:
  explicit PacketStatistics(FileSummary& summary) : summary_(summary) {}

  void add(const PacketBatch& batch) {
    add_lengths(batch);
    if (!add_times_in_order(batch)) {
      for (size_t i = 0; i < batch.count; ++i) {
        if (batch.packets[i].has_time()) {
          add_time(ns_of(batch.packets[i].time));
        } else {
          ++without_time_;
        }
      }
    }
  }

  void finish(const CaptureReader& reader);

 private:
  // Local variables instead of members: the compiler must assume that writing to the ring changes
  // members.
  void add_lengths(const PacketBatch& batch) {
    uint64_t captured_sum = 0;
    uint64_t wire_sum = 0;
    uint32_t max_captured = 0;
    uint32_t above_1514 = 0;
    uint32_t above_1518 = 0;
    uint32_t above_9014 = 0;
    uint32_t cut = 0;
    uint32_t above_original = 0;
    uint32_t carried = 0;
    const uint32_t interface = batch.packets[0].interface;
    uint32_t other_interface = 0;
    for (size_t i = 0; i < batch.count; ++i) {
      const PacketView& p = batch.packets[i];
      captured_sum += p.captured_bytes;
      wire_sum += p.original_bytes;
      max_captured = std::max(max_captured, p.captured_bytes);
      if (p.captured_bytes > 1514) [[unlikely]] {
        ++above_1514;
        above_1518 += p.captured_bytes > 1518;
        above_9014 += p.captured_bytes > 9014;
      }
      cut += p.captured_bytes < p.original_bytes;
      above_original += p.captured_bytes > p.original_bytes;
      carried += (p.flags & PacketView::kCarriedFraction) != 0;
      other_interface |= p.interface ^ interface;
    }
    captured_bytes_ += captured_sum;
    wire_bytes_ += wire_sum;
    max_captured_ = std::max(max_captured_, max_captured);
    above_1514_ += above_1514;
    above_1518_ += above_1518;
    above_9014_ += above_9014;
    cut_ += cut;
    above_original_ += above_original;
    carried_ += carried;
    if (other_interface == 0) {
      interface_packets(interface) += batch.count;
    } else {
      for (size_t i = 0; i < batch.count; ++i) ++interface_packets(batch.packets[i].interface);
    }
  }

  // The fast path for nearly every batch: all packets have a time, and none is below the previous
  // one. Otherwise returns false without having done anything.
  bool add_times_in_order(const PacketBatch& batch) {
    if (!any_time_ || last_ != max_) return false;
    int64_t before = max_;
    uint64_t largest_gap = largest_gap_;
    bool in_order = true;
    for (size_t i = 0; i < batch.count; ++i) {
      const PacketView& p = batch.packets[i];
      const int64_t time = ns_of(p.time);
      in_order &= time >= before;
      in_order &= p.has_time();
      largest_gap =
          std::max(largest_gap, static_cast<uint64_t>(time) - static_cast<uint64_t>(before));
      before = time;
    }
    if (!in_order) return false;
    if (largest_gap > largest_gap_) [[unlikely]]
      find_gap(batch, largest_gap);
    last_ = max_ = before;
    steps_.push_in_order(batch);
    return true;
  }

  // Finds where the largest gap begins. It only looks at batches with a larger gap than before, so
  // the loop above need not track the place.
  void find_gap(const PacketBatch& batch, uint64_t gap) {
    int64_t before = max_;
    for (size_t i = 0; i < batch.count; ++i) {
      const int64_t time = ns_of(batch.packets[i].time);
      if (static_cast<uint64_t>(time) - static_cast<uint64_t>(before) == gap) break;
      before = time;
    }
    largest_gap_ = gap;
    gap_from_ = before;
  }

  void add_time(int64_t time) {
    if (!any_time_) [[unlikely]] {
      any_time_ = true;
      first_ = last_ = min_ = max_ = time;
      steps_.push(time);
      return;
    }
    if (time < last_) add_step_back(time);
    last_ = time;
    if (time >= max_) [[likely]] {
      const uint64_t gap = static_cast<uint64_t>(time) - static_cast<uint64_t>(max_);
      if (gap > largest_gap_) {
        largest_gap_ = gap;
        gap_from_ = max_;
      }
      max_ = time;
    } else {
      const uint64_t behind = static_cast<uint64_t>(max_) - static_cast<uint64_t>(time);
      min_ = std::min(min_, time);
      largest_step_ = std::max(largest_step_, behind);
      behind_step_ += behind > kStep;
      largest_places_ = std::max(largest_places_, steps_.places(time));
    }
    steps_.push(max_);
  }

  void add_step_back(int64_t time) {
    ++out_of_order_;
    if (static_cast<uint64_t>(last_) - static_cast<uint64_t>(time) <= kStep) return;
    if (steps_back_++ == 0) step_from_ = last_;
  }

  uint64_t& interface_packets(uint32_t interface) {
    if (interface >= per_interface_.size()) per_interface_.resize(interface + size_t{1});
    return per_interface_[interface];
  }

  static constexpr auto kStep = static_cast<uint64_t>(kClockStep.count());

  FileSummary& summary_;
  uint64_t captured_bytes_ = 0;
  uint64_t wire_bytes_ = 0;
  uint32_t max_captured_ = 0;
  uint64_t above_1514_ = 0;
  uint64_t above_1518_ = 0;
  uint64_t above_9014_ = 0;
  uint64_t cut_ = 0;
  uint64_t above_original_ = 0;
  uint64_t carried_ = 0;
  uint64_t without_time_ = 0;
  uint64_t out_of_order_ = 0;
  bool any_time_ = false;
  int64_t first_ = 0;
  int64_t last_ = 0;
  int64_t min_ = 0;
  int64_t max_ = 0;
  uint64_t largest_gap_ = 0;
  int64_t gap_from_ = 0;  // valid if there is a gap
  uint64_t steps_back_ = 0;
  int64_t step_from_ = 0;  // of the first step
  uint64_t behind_step_ = 0;
  uint64_t largest_step_ = 0;
  uint64_t largest_places_ = 0;
  std::vector<uint64_t> per_interface_;
  StepBack steps_;
};

void PacketStatistics::finish(const CaptureReader& reader) {
  FileSummary& s = summary_;
  s.format = reader.format();
  s.sections = reader.sections();
  s.interfaces = static_cast<uint32_t>(reader.interfaces().size());
  s.plain_bytes = reader.plain_bytes();
  s.padding_bytes = reader.padding_bytes();
  s.captured_bytes = captured_bytes_;
  s.wire_bytes = wire_bytes_;
  s.max_captured_bytes = max_captured_;
  s.packets_above_1514 = above_1514_;
  s.packets_above_1518 = above_1518_;
  s.packets_above_9014 = above_9014_;
  s.packets_cut = cut_;
  s.packets_captured_above_original = above_original_;
  s.packets_fraction_carried = carried_;
  s.packets_without_time = without_time_;
  s.out_of_order = out_of_order_;
  if (any_time_) {
    s.first = capture_time(first_);
    s.last = capture_time(last_);
    s.min = capture_time(min_);
    s.max = capture_time(max_);
  }
  s.largest_gap = Nanos(saturated_int64(largest_gap_));
  if (largest_gap_ > 0) s.largest_gap_from = capture_time(gap_from_);
  s.clock_steps_back = steps_back_;
  if (steps_back_ > 0) s.first_step_back_from = capture_time(step_from_);
  s.packets_behind_step = behind_step_;
  s.largest_step_back = Nanos(saturated_int64(largest_step_));
  s.largest_step_back_packets = largest_places_;

  bool unlimited = false;
  std::unordered_map<uint32_t, size_t> position;  // a file may declare very many interfaces
  for (size_t i = 0; i < reader.interfaces().size(); ++i) {
    const capture::Interface& interface = reader.interfaces()[i];
    unlimited |= interface.snap_length == 0;
    s.snap_length = std::max(s.snap_length, interface.snap_length);
    const uint64_t packets = i < per_interface_.size() ? per_interface_[i] : 0;
    const auto [known, is_new] = position.try_emplace(interface.link_type, s.link_types.size());
    if (is_new) s.link_types.push_back({interface.link_type, 0});
    s.link_types[known->second].packets += packets;
  }
  if (unlimited) s.snap_length = 0;
}

class StoredBytes {
 public:
  StoredBytes(ScanProgress* progress, uint64_t file_bytes)
      : progress_(progress), file_bytes_(file_bytes) {}
  // Counts what the codec and the damage left unread as done.
  ~StoredBytes() { report(file_bytes_); }
  // Progress of plain files is known while they are read; for compressed ones only at the end.
  void plain_read(uint64_t bytes) { report(std::min(bytes, file_bytes_)); }

 private:
  void report(uint64_t upto) {
    if (progress_ != nullptr && upto > reported_) {
      progress_->bytes_done.fetch_add(upto - reported_, std::memory_order_relaxed);
      reported_ = upto;
    }
  }
  ScanProgress* progress_;
  uint64_t file_bytes_;
  uint64_t reported_ = 0;
};

void scan_with(CaptureReader& reader, FileSummary& summary, ScanProgress* progress,
               StoredBytes* stored, const std::stop_token& stop) {
  constexpr uint64_t kReportEvery = 4096;  // in batches
  auto statistics = std::make_unique<PacketStatistics>(summary);
  auto batch = std::make_unique<PacketBatch>();
  uint64_t packets_unreported = 0;
  uint64_t batches = 0;
  const bool whole = capture::for_each_batch(reader, *batch, [&](const PacketBatch& packets) {
    statistics->add(packets);
    summary.packets += packets.count;
    packets_unreported += packets.count;
    if (++batches % kReportEvery != 0) return true;
    if (progress != nullptr)
      progress->packets.fetch_add(std::exchange(packets_unreported, 0), std::memory_order_relaxed);
    if (stored != nullptr) stored->plain_read(reader.plain_bytes());
    return !stop.stop_requested();
  });
  if (!whole) {
    summary.damage = capture::Damage{reader.plain_bytes(), Errc::kCancelled,
                                     "stopped before the end of the file"};
  }
  if (progress != nullptr)
    progress->packets.fetch_add(packets_unreported, std::memory_order_relaxed);
  statistics->finish(reader);
  if (!summary.damage) summary.damage = reader.damage();
}

uint64_t file_size(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 && st.st_size > 0 ? static_cast<uint64_t>(st.st_size) : 0;
}

}  // namespace

void ScanProgress::refuse(Error error) noexcept {
  const MutexLock lock(mutex_);
  if (!refusal_) refusal_ = std::move(error);
  refused_.store(true, std::memory_order_relaxed);
}

Result<> ScanProgress::result() const {
  const MutexLock lock(mutex_);
  if (refusal_) return *refusal_;
  return {};
}

void scan_capture(CaptureReader& reader, FileSummary& summary, ScanProgress* progress,
                  std::stop_token stop) {
  scan_with(reader, summary, progress, nullptr, stop);
}

FileSummary scan_source(std::unique_ptr<io::ByteSource> raw, ScanProgress* progress,
                        std::stop_token stop, io::DecodePool* pool) {
  FileSummary summary;
  const auto failed = [&](const Error& error) {
    summary.damage = capture::damage_at(0, error);
    return std::move(summary);
  };
  Result<io::Input> input = io::decode(std::move(raw), pool);
  if (!input) return failed(input.error());
  summary.compression = input->compression;
  Result<std::unique_ptr<CaptureReader>> reader = capture::open_capture(std::move(input->source));
  if (!reader) return failed(reader.error());
  scan_with(**reader, summary, progress, nullptr, stop);
  return summary;
}

namespace {

FileSummary scan_one(const std::string& path, uint64_t most_bytes, ScanProgress* progress,
                     const std::stop_token& stop, const CaptureStore* store, io::DecodePool* pool) {
  FileSummary summary;
  summary.path = path;
  const auto failed = [&](const Error& error) {
    summary.damage = capture::unopened(path, error);
    if (progress != nullptr && is_shortage(error)) progress->refuse(error.with_context(path));
    if (progress != nullptr) progress->files_done.fetch_add(1, std::memory_order_relaxed);
    return std::move(summary);
  };
  if (stop.stop_requested())
    return failed({Errc::kCancelled, 0, "stopped before the file was read"});
  const io::InputOptions options{.pool = pool, .stop = stop, .most_bytes = most_bytes};
  Result<io::Input> input =
      store != nullptr ? store->open(path, options) : io::open_input(path, options);
  if (!input) return failed(input.error());
  summary.compression = input->compression;
  summary.file_size_bytes = input->facts.size_bytes;
  summary.mtime_ns = input->facts.mtime_ns;
  StoredBytes stored(progress, summary.file_size_bytes);
  Result<std::unique_ptr<CaptureReader>> reader = capture::open_capture(std::move(input->source));
  if (!reader) return failed(reader.error());
  const bool plain = summary.compression == io::Compression::kNone;
  scan_with(**reader, summary, progress, plain ? &stored : nullptr, stop);
  if (!input->facts.regular) summary.file_size_bytes = summary.plain_bytes;
  const Result<> had_memory = capture::check_memory(summary.damage, path);
  if (progress != nullptr && !had_memory) progress->refuse(had_memory.error());
  if (progress != nullptr) progress->files_done.fetch_add(1, std::memory_order_relaxed);
  return summary;
}

}  // namespace

FileSummary scan_beginning(const std::string& path, uint64_t plain_bytes, ScanProgress& progress,
                           std::stop_token stop) {
  try {
    return scan_one(path, plain_bytes, &progress, stop, nullptr, nullptr);
  } catch (const std::bad_alloc&) {
    progress.refuse(out_of_memory(path));
    return {};
  }
}

FileSummary scan_file(const std::string& path, ScanProgress* progress, std::stop_token stop,
                      const CaptureStore* store, io::DecodePool* pool) {
  try {
    return scan_one(path, 0, progress, stop, store, pool);
  } catch (const std::bad_alloc&) {
    if (progress == nullptr) throw;
    progress->refuse(out_of_memory(path));
    return {};
  }
}

std::vector<FileSummary> scan_files(std::span<const std::string> paths, unsigned workers,
                                    ScanProgress& progress, std::stop_token stop,
                                    const CaptureStore* store) {
  std::vector<FileSummary> summaries(paths.size());
  // Largest first, so that at the end no worker is left alone with a huge file.
  std::vector<std::pair<uint64_t, size_t>> order(paths.size());
  for (size_t i = 0; i < paths.size(); ++i) order[i] = {workers > 1 ? file_size(paths[i]) : 0, i};
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  io::DecodePool pool(io::DecodePool::spare(workers, paths.size()), paths.size());
  parallel_for(order.size(), workers, [&](size_t i) {
    if (progress.refused()) return;
    const size_t index = order[i].second;
    summaries[index] = scan_file(paths[index], &progress, stop, store, &pool);
  });
  return summaries;
}

}  // namespace gophercap::dataset
