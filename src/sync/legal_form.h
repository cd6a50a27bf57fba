#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lockstep::sync {

/// A company's name without its legal form.
struct CompanyName {
    std::vector<std::string> words;  ///< in normal form, as people read them: `muller`, `bau`
    std::string key;                 ///< what equal names share: `mullerbau`; also of `Mueller Bau`
    std::string legal_form;          ///< `gmbh co kg`, or empty
};

/// Takes a name apart that is in normal form. A name that is nothing but a legal form keeps it.
CompanyName split_company_name(std::string_view normal_name);

}  // namespace lockstep::sync
