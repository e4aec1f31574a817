// Writes a dump piece by piece, so that a large one need not be in memory as a whole.
#pragma once

#include <string>

#include "dataset/dump/json_text.h"
#include "dataset/scan/file_summary.h"

namespace gophercap::dataset {

// begin(), file() for each of set.files, end(). What text() holds may be written out and cleared
// between any two calls. REQUIRES: summarize() was called for `set`, which outlives the writer.
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
  // What is written where there is no time: the original's loader refuses Go's zero time and, per
  // file, times outside of the set's.
  CaptureTime set_beginning_;
  JsonText json_;
};

}  // namespace gophercap::dataset
