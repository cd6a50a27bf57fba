#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "value/value.h"

namespace lockstep::sandbox {

/// Records of one object, as `Vendor::load` takes them.
struct SeedRecords {
    std::string connector, object;
    List records;
};

/// The made-up manufacturer in the order of loading: what is referred to comes first.
struct SeedData {
    std::vector<SeedRecords> objects;
};

/// Makes the made-up manufacturer: 60 accounts, 300 products over 3 plants, open deals, and won deals that are in SAP and
/// in Zoho Books already. The same for the same seed. Three open deals cannot be carried through: their accounts are
/// `Verwaiste Anlagen GmbH` (nobody has an email address), `Polyphase Werkzeugbau KG` (a product that SAP does not know)
/// and `Atlantis Offshore Ltd` (a country that does not exist).
SeedData make_seed_data(std::uint64_t seed);

}  // namespace lockstep::sandbox
