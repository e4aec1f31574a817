// Publishes the figures of a replay while it runs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "jobs/metrics/metrics_server.h"
#include "jobs/metrics/metrics_target.h"
#include "jobs/metrics/metrics_text.h"
#include "jobs/reporter.h"

namespace gophercap::jobs {

// Not thread-safe.
class Metrics {
 public:
  // Call before the job is confined.
  static Result<std::unique_ptr<Metrics>> open(const MetricsTarget& target);

  // Writes the file a first time, so that one that cannot be written is reported before the first
  // packet. Call when it is known that it is none of those that are read.
  Result<> begin();

  // A file is replaced once a second, and always by figures of a run that is over.
  Result<> update(const ReplayMetrics& metrics);

 private:
  explicit Metrics(std::string path) : path_(std::move(path)) {}
  Result<> write(const ReplayMetrics& metrics) const;

  const std::string path_;  // empty: they are served
  std::unique_ptr<MetricsServer> server_;
  SendTime written_{};
};

// Gives the figures of one run to `metrics`, and warns once if this does not work.
class MetricsPublisher {
 public:
  // `metrics` may be null: nobody wants them.
  MetricsPublisher(Metrics* metrics, uint64_t packets_total, Reporter& reporter)
      : metrics_(metrics), reporter_(reporter) {
    newest_.packets_total = packets_total;
  }
  ~MetricsPublisher() {
    if (newest_.running) end(newest_.now.accounts);
  }
  MetricsPublisher(const MetricsPublisher&) = delete;
  MetricsPublisher& operator=(const MetricsPublisher&) = delete;

  void update(const replay::EngineProgress& now) {
    newest_.now = now;
    publish();
  }
  // Whoever leaves without it has sent what was known last.
  void end(const replay::Accounts& accounts) {
    newest_.now.accounts = accounts;
    newest_.running = false;
    publish();
  }

 private:
  void publish();

  Metrics* const metrics_;
  Reporter& reporter_;
  ReplayMetrics newest_;
  bool warned_ = false;
};

}  // namespace gophercap::jobs
