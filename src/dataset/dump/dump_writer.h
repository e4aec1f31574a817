// Writes a dump piece by piece, so that a large one is never in memory as a whole.
#pragma once

#include <string>

#include "dataset/dump/json_text.h"
#include "dataset/scan/file_summary.h"

namespace gophercap::dataset {

// Call begin(), then file() for each of set.files, then end(). Between any two calls, text() may be
// written out and cleared. REQUIRES: summarize() was called for `set`, which outlives the writer.
class DumpWriter {
 public:
  explicit DumpWriter(const DatasetSummary& set);

  void begin();
  void file(const FileSummary& file);
  void end();
  std::string& text() { return json_.text(); }

 private:
  void keys_of_the_original(const FileSummary& file);
  void contents(const FileSummary& file);
  void order_and_lengths(const FileSummary& file);

  const DatasetSummary& set_;
  // Written where there is no time: the original's loader refuses Go's zero time and times of files
  // outside those of the set.
  CaptureTime set_beginning_;
  JsonText json_;
};

}  // namespace gophercap::dataset
