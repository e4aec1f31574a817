#include "jobs/metrics/metrics.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <chrono>
#include <utility>

#include "io/file/atomic_file.h"

namespace gophercap::jobs {
namespace {

constexpr Nanos kWriteEvery = std::chrono::seconds(1);

}  // namespace

Result<std::unique_ptr<Metrics>> Metrics::open(const MetricsTarget& target) {
  std::unique_ptr<Metrics> metrics(new Metrics(target.path));
  if (!target.is_file()) {
    TRY(metrics->server_, MetricsServer::start(target));
  }
  return metrics;
}

Result<> Metrics::begin() {
  if (server_ != nullptr) return {};
  // Writing to a pipe may wait for its reader.
  struct stat facts {};
  if (path_ == "-" || (::stat(path_.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode)))
    return Error{Errc::kUnsupported, 0, fmt::format("{}: not a regular file", path_)};
  return write({});
}

Result<> Metrics::update(const ReplayMetrics& metrics) {
  if (server_ != nullptr) {
    server_->update(metrics);
    return {};
  }
  const SendTime now = SendClock::now();
  if (metrics.running && now - written_ < kWriteEvery) return {};
  written_ = now;
  return write(metrics);
}

Result<> Metrics::write(const ReplayMetrics& metrics) const {
  TRY(io::AtomicFile file, io::AtomicFile::create(path_, io::Sync::kNo));
  TRY_VOID(file.write(metrics_text(metrics)));
  return file.commit();
}

void MetricsPublisher::publish() {
  if (metrics_ == nullptr) return;
  const Result<> published = metrics_->update(newest_);
  if (!published && !std::exchange(warned_, true))
    reporter_.warning("--metrics: " + published.error().what);
}

}  // namespace gophercap::jobs
